#!/usr/bin/env node
import('../dist/legacy/main.js').then(({ runNamed }) => runNamed('createDB'));
