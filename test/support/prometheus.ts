/** One series of an exposition, as Prometheus reads it. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A text of the exposition format of Prometheus. @throws Error for a line that is none */
export function parseExposition(text: string): { types: Map<string, string>; samples: Sample[] } {
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    const [, typed, type] = /^# TYPE (\S+) (counter|gauge|histogram|summary)$/.exec(line) ?? [];
    if (typed) types.set(typed, type!);
    if (line === '' || line.startsWith('#')) continue;
    const [, name, labels = '', value] = /^([a-z_]\w*)(?:\{((?:\w+="(?:[^"\\]|\\.)*",?)*)\})? (\S+)$/.exec(line) ?? [];
    if (!name) throw new Error(`Not a sample: ${line}`);
    samples.push({
      name,
      labels: Object.fromEntries([...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, l, v]) => [l!, v!])),
      value: Number(value),
    });
  }
  return { types, samples };
}

/** The metrics that an expression of PromQL names. */
export function metricsIn(expression: string): string[] {
  const withoutLabels = expression.replaceAll(/\{[^}]*\}/g, '').replaceAll(/\b(by|without) \([^)]*\)/g, '');
  return [...withoutLabels.matchAll(/[a-z]\w*/g)].map(([name]) => name).filter((name) => /_|^up$/.test(name) && !functions.has(name)); // prettier-ignore
}

const functions: ReadonlySet<string> = new Set(['histogram_quantile', '__rate_interval', 'rate_interval']);
