import SequencerOfJest from '@jest/test-sequencer';

const Sequencer = SequencerOfJest.default ?? SequencerOfJest;

/** Longest tests, and those that wait most, first, so that no core waits for one file at the end. */
const first = [
  'soaks.process',
  'e2e-group',
  'cli.process',
  '-key-rotation.',
  'pending-credentials.process',
  'provisioning.process',
  'playground-operations.process',
  'playground.process',
  '.process-spec',
];

const place = ({ path }) => {
  const found = first.findIndex((part) => path.includes(part));
  return found < 0 ? first.length : found;
};

export default class LongestFirst extends Sequencer {
  sort(tests) {
    return [...super.sort(tests)].sort((one, other) => place(one) - place(other));
  }
}
