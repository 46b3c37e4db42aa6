import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from './process.js';

/** Fenced block of a page. */
export interface Block {
  readonly language: string;
  readonly code: string;
}

/** Markdown file of the project. */
export interface Page {
  /** Path in the project. */
  readonly file: string;
  readonly text: string;
  /** Text without code blocks. */
  readonly prose: string;
  readonly blocks: readonly Block[];
}

const fence = /^```(\w*)[^\n]*\n([^]*?)^```$/gm;

function pageIn(file: string): Page {
  const text = readFileSync(join(projectFolder, file), 'utf8');
  const blocks = [...text.matchAll(fence)].map(([, language, code]) => ({ language: language!, code: code! }));
  return { file, text, prose: text.replaceAll(fence, ''), blocks };
}

/** Pages for readers: the README and its companions, and everything in docs/. */
export const pages: readonly Page[] = globSync(['*.md', 'docs/**/*.md'], { cwd: projectFolder }).sort().map(pageIn);

/** A GraphQL operation of a page, with the JSON blocks that follow it: its variables, and the response it gets. */
export interface Example {
  readonly query: string;
  readonly variables: object;
  /** `"…"` matches any value, and at the end of a list any further items. */
  readonly response?: object;
}

/** Step on a page: an operation to send, or lines to enter in a shell. */
export type Step = { readonly example: Example } | { readonly shell: string };

export function stepsOf({ blocks }: Page): Step[] {
  const steps: Step[] = [];
  for (const { language, code } of blocks) {
    if (language === 'graphql') steps.push({ example: { query: code, variables: {} } });
    if (language === 'sh') steps.push({ shell: code });
    if (language !== 'json') continue;
    const last = steps.at(-1);
    if (!last || !('example' in last)) continue;
    const json = JSON.parse(code) as object;
    const isResponse = 'data' in json || 'errors' in json;
    steps[steps.length - 1] = { example: { ...last.example, [isResponse ? 'response' : 'variables']: json } };
  }
  return steps;
}

export function examplesOf(page: Page): Example[] {
  return stepsOf(page).flatMap((step) => ('example' in step ? [step.example] : []));
}

/** Commands in a shell block, with continued lines joined. */
export function commandsIn(shell: string): string[] {
  return shell
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'));
}
