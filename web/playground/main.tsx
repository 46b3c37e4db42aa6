import './workers.js';
import 'graphiql/style.css';
import './playground.css';
import { GraphiQL, HISTORY_PLUGIN, type GraphiQLProps } from 'graphiql';
import { useEffect, useMemo, useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { fetcherWith, isRefused, type Status } from './gateway.js';
import { improveKeyboard } from './keyboard.js';
import { operationsPlugin, textsOf } from './operations-panel.js';
import { operations } from './operations/index.js';
import { SandboxKeys } from './sandbox-keys.js';
import { store, stored } from './store.js';

const createKey = (
  <code>npx cloud-account-gateway api-keys create --tenant 2 --name Playground --role OWNER --introspection</code>
);
const texts: Record<Status, React.ReactNode> = {
  none: (
    <>
      The first start of the gateway created an API key. It is in the terminal, or in the file first-api-key of
      DATA_DIR. To create another one: {createKey}
    </>
  ),
  asking: 'Checking the API key …',
  accepted: 'The gateway accepts this key.',
  MALFORMED: 'This is not a complete API key: a character is missing or wrong. Copy the whole key again.',
  UNKNOWN: (
    <>
      The gateway does not accept this key. Check that it belongs to this gateway and can be used from your address, or
      create another one: {createKey}
    </>
  ),
  EXPIRED: <>This key has expired. Ask an OWNER of your tenant for another one, or create one: {createKey}</>,
  REVOKED: <>This key was revoked. Ask an OWNER of your tenant for another one, or create one: {createKey}</>,
  TENANT_SUSPENDED: (
    <>
      The tenant of this key is suspended. The operator resumes it: <code>cloud-account-gateway tenants resume</code>
    </>
  ),
  mayNotIntrospect:
    'This key cannot introspect. Operations run, but documentation and completion require a key that can.',
  silent: 'The gateway does not answer. Check that it is running.',
  failing: 'The gateway cannot check this key at the moment. Reload this page in a moment.',
};

// GraphiQL would give the panel a third of the page.
if (!store.getItem(stored.panelWidth)) store.setItem(stored.panelWidth, '0.25');

const firstTab = textsOf(operations[0]!);

interface StoredTabs {
  readonly tabs: readonly { readonly query: string | null; readonly variables: string | null }[];
  readonly activeTabIndex: number;
}

/** The tab that was open before a reload, otherwise the first operation. */
function openTab() {
  const state = JSON.parse(store.getItem(stored.tabs) ?? 'null') as StoredTabs | null;
  return state?.tabs[state.activeTabIndex] ?? firstTab;
}

const plugins = [operationsPlugin, HISTORY_PLUGIN];
/** GraphQL also accepts an integer as an ID. */
const scalars: GraphiQLProps['customScalarSchemas'] = { ID: { type: ['string', 'integer'] } };

function Playground() {
  // An object, so that the same key entered again is checked again.
  const [given, setGiven] = useState({ key: store.getItem(stored.key) ?? '' });
  const { key } = given;
  const [status, setStatus] = useState<Status>(key ? 'asking' : 'none');
  // A new fetcher makes GraphiQL introspect again.
  const fetcher = useMemo(() => fetcherWith(given.key, setStatus), [given]);
  const [{ query, variables }] = useState(openTab);
  const main = useRef<HTMLElement>(null);
  const skip = useRef<HTMLButtonElement>(null);
  useEffect(() => improveKeyboard(main.current!), []);

  const use = (form: FormData) => {
    const text = (form.get('key') as string).trim();
    store.setItem(stored.key, text);
    setStatus('asking');
    setGiven({ key: text });
    // The form is replaced, and the focus would be lost with it.
    skip.current?.focus();
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
        {key && !isRefused(status) ? (
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
        <button
          ref={skip}
          className="skip"
          onClick={() => main.current?.querySelector<HTMLElement>('.graphiql-execute-button')?.focus()}
        >
          Skip to Run
        </button>
        <p role="status" className={isRefused(status) ? 'refused' : status}>
          {texts[status]}
        </p>
        <SandboxKeys />
      </header>
      <main ref={main}>
        <GraphiQL
          fetcher={fetcher}
          schema={key ? undefined : null}
          storage={store}
          shouldPersistHeaders={false}
          isHeadersEditorEnabled={false}
          defaultEditorToolsVisibility="variables"
          defaultTabs={[firstTab]}
          initialQuery={query ?? ''}
          initialVariables={variables ?? ''}
          customScalarSchemas={scalars}
          plugins={plugins}
          visiblePlugin={operationsPlugin}
        >
          <GraphiQL.Logo> </GraphiQL.Logo>
        </GraphiQL>
      </main>
    </>
  );
}

createRoot(document.getElementById('playground')!).render(<Playground />);
