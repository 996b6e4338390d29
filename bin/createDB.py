#!/usr/bin/env node
import('../dist/bundle/legacy.js').then(({ runNamed }) => runNamed('createDB'));
