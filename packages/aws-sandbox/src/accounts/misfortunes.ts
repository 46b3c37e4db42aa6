import { setTimeout as wait } from 'node:timers/promises';
import { cut, type Answer, type Outcome } from '../protocol/answer.js';
import { AwsError, serviceFailure, throttling } from '../protocol/aws-errors.js';
import { refuseUnlessCurrent } from '../signature/signing-time.js';

export type CarryOut = () => Outcome | Promise<Outcome>;

/** Comes between a correctly signed call and its action: may answer instead, later, or never. */
export type Misfortune = (carryOut: CarryOut, pace: number) => Outcome | Promise<Outcome>;

const page = (status: number, text: string): Answer => ({
  status,
  contentType: 'text/html',
  body: `<!doctype html><html><body><h1>${text}</h1></body></html>`,
});

/** In milliseconds, at the pace of 1. */
export const slowness = 1500;

const anHour = 60 * 60 * 1000;

/** What goes wrong between clients and AWS, by the name a test asks for it by. */
export const misfortunes = {
  throttle: () => {
    throw throttling();
  },
  '503': () => page(503, 'Service Unavailable'),
  'html-200': () => page(200, 'Welcome to our network'),
  'http-500': () => {
    throw serviceFailure();
  },
  hang: () => new Promise<never>(() => {}),
  slow: async (carryOut, pace) => {
    await wait(slowness * pace);
    return carryOut();
  },
  /** The action is done or refused, and nobody hears of it. */
  'drop-answer': async (carryOut): Promise<Outcome> => {
    try {
      await carryOut();
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
    }
    return cut;
  },
  'drop-request': () => cut,
  /** As if AWS's clock were an hour ahead. */
  skew: (carryOut) => {
    refuseUnlessCurrent(new Date(Date.now() - anHour), new Date());
    return carryOut();
  },
} satisfies Record<string, Misfortune>;

/** The name of a misfortune. */
export type SandboxFault = keyof typeof misfortunes;
