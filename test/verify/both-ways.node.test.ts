import { describeWay } from './both-ways.js';

describeWay('through node:crypto', { late: false });
