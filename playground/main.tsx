import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './playground.css';
import { GraphiQL, type GraphiQLProps } from 'graphiql';
import { GraphQLError, type ExecutionResult } from 'graphql';
import { useEffect, useMemo, useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { filled, idsIn } from './placeholders.js';
import { tabs } from './tabs.js';

/** What src/rest/playground.ts says of the sandbox. */
interface Sandbox {
  readonly secretAccessKey: string;
  readonly consoleRoleName: string;
  readonly keys: readonly { accessKeyId: string; behaviour: string }[];
}

// Variables may hold a secret of AWS. What is written here is gone when this browser tab is closed.
const store = sessionStorage;
const stored = { key: 'api-key', ids: 'ids-seen', tabs: 'graphiql:tabState' };

const silent = 'The gateway does not answer. Is it running?';
const texts = {
  none: (
    <>
      The gateway printed a key at its first start. Another one:{' '}
      <code>npx cloud-account-gateway api-keys create --tenant 2 --name Playground --role OWNER --introspection</code>
    </>
  ),
  asking: 'Asking the gateway …',
  accepted: 'The gateway knows this key. Run the tabs from left to right.',
  refused: 'The gateway does not know this key. Look for a missing character, or whether it was revoked.',
  mayNotIntrospect:
    'This key may not introspect: operations run, but the docs explorer and completion need a key that may.',
  silent,
  failing: 'The gateway cannot tell just now whether it knows this key. Reload this page in a moment.',
};
type Status = keyof typeof texts;

const ready = tabs.map(({ query, variables }) => ({
  query,
  variables: variables ? JSON.stringify(variables, null, 2) : null,
}));

const refusal = (message: string) => ({ errors: [new GraphQLError(message)] });

/** Sends with `key` what GraphiQL is told to run, with the ids seen so far in place of the placeholders. */
function fetcherWith(key: string, report: (next: (status: Status) => Status) => void): GraphiQLProps['fetcher'] {
  const send = async (request: Parameters<GraphiQLProps['fetcher']>[0]): Promise<ExecutionResult> => {
    // GraphiQL knows the name of a tab's operation a moment late.
    const { query, operationName } = request;
    const named = operationName && query.includes(operationName) ? operationName : undefined;
    const seen = JSON.parse(store.getItem(stored.ids) ?? '{}') as Record<string, string>;
    const body = JSON.stringify({ query, operationName: named, variables: filled(request.variables, seen) });
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
    const answer = await fetch('/graphql', { method: 'POST', headers, body })
      .then((response) => response.json() as Promise<ExecutionResult>)
      .catch(() => {
        // Nobody, or something in place of the gateway.
        report(() => 'silent');
        throw new Error(silent);
      });
    store.setItem(stored.ids, JSON.stringify({ ...seen, ...idsIn(answer.data) }));
    return answer;
  };

  return async (request) => {
    if (!key) return refusal('Put in an API key first: the field is at the top.');
    try {
      const answer = await send(request);
      report((status) => statusAfter(request.operationName === 'IntrospectionQuery', answer, status));
      return answer;
    } catch (error) {
      // GraphiQL would show the stack of what is thrown.
      return refusal((error as Error).message);
    }
  };
}

function statusAfter(isIntrospection: boolean, { data, errors }: ExecutionResult, status: Status): Status {
  const codes = new Set(errors?.map(({ extensions }) => extensions?.code));
  if (codes.has('UNAUTHENTICATED')) return 'refused';
  if (isIntrospection && !data) return codes.has('FORBIDDEN') ? 'mayNotIntrospect' : 'failing';
  return isIntrospection || (data && (status === 'silent' || status === 'failing')) ? 'accepted' : status;
}

function Playground() {
  // An object, so that the same key given again is asked about again.
  const [given, setGiven] = useState({ key: store.getItem(stored.key) ?? '' });
  const { key } = given;
  const [status, setStatus] = useState<Status>(key ? 'asking' : 'none');
  // A new fetcher makes GraphiQL introspect anew.
  const fetcher = useMemo(() => fetcherWith(given.key, setStatus), [given]);
  const [wasHereBefore] = useState(() => store.getItem(stored.tabs) !== null);

  const use = (form: FormData) => {
    const text = (form.get('key') as string).trim();
    store.setItem(stored.key, text);
    setStatus('asking');
    setGiven({ key: text });
  };
  const forget = () => {
    store.removeItem(stored.key);
    setStatus('none');
    setGiven({ key: '' });
  };

  return (
    <>
      <header>
        <h1>cloud-account-gateway</h1>
        {key && status !== 'refused' ? (
          <form action={forget}>
            <span>
              API key <code>{`${key.slice(0, 9)}…${key.slice(-4)}`}</code>
            </span>
            <button>Forget</button>
          </form>
        ) : (
          <form action={use}>
            <label htmlFor="key">API key</label>
            <input
              id="key"
              name="key"
              required
              pattern="\s*gwk_[0-9A-Za-z_]+\s*"
              title="A key begins with gwk_"
              placeholder="gwk_live_…"
              autoComplete="off"
              spellCheck={false}
              autoFocus
            />
            <button>Use key</button>
          </form>
        )}
        <p role="status" className={status}>
          {texts[status]}
        </p>
        <SandboxKeys />
      </header>
      <main>
        <GraphiQL
          fetcher={fetcher}
          schema={key ? undefined : null}
          storage={store}
          shouldPersistHeaders={false}
          isHeadersEditorEnabled={false}
          defaultEditorToolsVisibility="variables"
          defaultTabs={ready}
          initialVariables={wasHereBefore ? undefined : (ready[0]?.variables ?? undefined)}
        >
          <GraphiQL.Logo> </GraphiQL.Logo>
        </GraphiQL>
      </main>
    </>
  );
}

function SandboxKeys() {
  const [sandbox, setSandbox] = useState<Sandbox | null>();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    void fetch('/playground/sandbox.json')
      .then((response) => response.json())
      .then(setSandbox);
  }, []);

  if (sandbox === undefined) return null;
  if (!sandbox) return <p>The AWS sandbox is off (AWS_SANDBOX): accounts need keys of real AWS accounts.</p>;
  return (
    <>
      <button onClick={() => dialog.current?.showModal()}>Sandbox keys</button>
      <dialog ref={dialog} aria-labelledby="sandbox-keys" closedby="any">
        <form method="dialog">
          <h2 id="sandbox-keys">Keys of the AWS sandbox</h2>
          <button>Close</button>
        </form>
        <p>
          They never reach AWS. The last four characters choose an AWS account and a user in it; a user can be connected
          once. The secret of each is <code>{sandbox.secretAccessKey}</code>, the console role{' '}
          <code>{sandbox.consoleRoleName}</code>.
        </p>
        <table>
          <thead>
            <tr>
              <th>Access key id</th>
              <th>What happens</th>
            </tr>
          </thead>
          <tbody>
            {sandbox.keys.map(({ accessKeyId, behaviour }) => (
              <tr key={accessKeyId}>
                <td>
                  <code>{accessKeyId}</code>
                </td>
                <td>{behaviour}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </dialog>
    </>
  );
}

createRoot(document.getElementById('playground')!).render(<Playground />);
