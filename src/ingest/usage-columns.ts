import type { UsageBatch, Vocabulary } from '../core/usage-batch.ts';

/** The columns of a usage batch while it is being made; they double where they are full. */
export class UsageColumns {
  length = 0;
  day: Int32Array;
  user: Int32Array;
  modulefile: Int32Array;
  group: Int32Array;
  first: Float64Array;
  last: Float64Array;
  loads: Float64Array;
  direct: Float64Array;
  dependency: Float64Array;
  jobs: Float64Array;

  constructor(capacity = 1024) {
    this.day = new Int32Array(capacity);
    this.user = new Int32Array(capacity);
    this.modulefile = new Int32Array(capacity);
    this.group = new Int32Array(capacity);
    this.first = new Float64Array(capacity);
    this.last = new Float64Array(capacity);
    this.loads = new Float64Array(capacity);
    this.direct = new Float64Array(capacity);
    this.dependency = new Float64Array(capacity);
    this.jobs = new Float64Array(capacity);
  }

  /** Makes room for one more row and returns its number. */
  addRow(): number {
    if (this.length === this.day.length) this.#grow();
    return this.length++;
  }

  /** The rows as a batch; the columns must not be changed as long as it is used. */
  toBatch(vocabulary: Vocabulary, detail: UsageBatch['detail']): UsageBatch {
    const { length, day, user, modulefile, group, first, last, loads, direct, dependency, jobs } = this;
    return { vocabulary, length, day, user, modulefile, group, first, last, loads, direct, dependency, jobs, detail };
  }

  #grow(): void {
    const capacity = this.length * 2;
    const ints = (column: Int32Array): Int32Array => {
      const grown = new Int32Array(capacity);
      grown.set(column);
      return grown;
    };
    const floats = (column: Float64Array): Float64Array => {
      const grown = new Float64Array(capacity);
      grown.set(column);
      return grown;
    };
    this.day = ints(this.day);
    this.user = ints(this.user);
    this.modulefile = ints(this.modulefile);
    this.group = ints(this.group);
    this.first = floats(this.first);
    this.last = floats(this.last);
    this.loads = floats(this.loads);
    this.direct = floats(this.direct);
    this.dependency = floats(this.dependency);
    this.jobs = floats(this.jobs);
  }
}
