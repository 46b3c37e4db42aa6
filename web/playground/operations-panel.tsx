import { pick, useGraphiQL, useGraphiQLActions, type GraphiQLPlugin } from '@graphiql/react';
import { useState } from 'react';
import { groups, nameOf, operations, type Operation } from './operations/index.js';

const isPlaceholder = (text: string) => text.startsWith('<');

/** What the editors show of an operation. */
export const textsOf = ({ query, variables }: Operation) => ({
  query,
  variables: variables ? JSON.stringify(variables, null, 2) : '',
});

const isUnedited = (tab: { query: string | null; variables?: string | null | undefined }) =>
  !tab.query ||
  operations.some((operation) => {
    const { query, variables } = textsOf(operation);
    return query === tab.query && variables === (tab.variables ?? '');
  });

/** Opens an operation: in its own tab if it has one, otherwise in the open tab unless it was edited. null until the editors are loaded. */
function useOpen(): ((operation: Operation) => void) | null {
  const actions = useGraphiQLActions();
  const { tabs, activeTabIndex, queryEditor, variableEditor, responseEditor } = useGraphiQL(
    pick('tabs', 'activeTabIndex', 'queryEditor', 'variableEditor', 'responseEditor'),
  );
  if (!queryEditor || !variableEditor || !responseEditor) return null;
  return (operation) => {
    const ofItsOwn = tabs.findIndex(({ title }) => title === nameOf(operation));
    if (ofItsOwn === activeTabIndex) return;
    if (ofItsOwn >= 0) return actions.changeTab(ofItsOwn);
    if (!isUnedited(tabs[activeTabIndex]!)) actions.addTab();
    const { query, variables } = textsOf(operation);
    queryEditor.setValue(query);
    variableEditor.setValue(variables);
    responseEditor.setValue('');
    actions.updateActiveTabValues({ query, variables, response: null, operationName: nameOf(operation) });
  };
}

function Operations() {
  const open = useOpen();
  const { tabs, activeTabIndex } = useGraphiQL(pick('tabs', 'activeTabIndex'));
  const [search, setSearch] = useState('');
  const words = search.toLowerCase().split(/\s+/);
  const shown = groups
    .map(({ title, about, operations }) => ({
      title,
      about,
      operations: operations.filter(({ query }) => {
        const text = `${title} ${query}`.toLowerCase();
        return words.every((word) => text.includes(word));
      }),
    }))
    .filter(({ operations }) => operations.length > 0);

  return (
    <section className="operations" aria-label="Operations">
      <h2>Operations</h2>
      <p>
        Run the operations of a group from top to bottom. <code>{'<cloudAccount.id>'}</code> in the variables is
        replaced with the value in the last answer. In the editors, Enter starts editing and Escape ends it.
      </p>
      <input
        type="search"
        aria-label="Search operations"
        placeholder="Search operations"
        value={search}
        onChange={({ currentTarget }) => setSearch(currentTarget.value)}
      />
      <div className="operation-groups">
        {shown.map(({ title, about, operations }) => (
          <section key={title}>
            <h3>{title}</h3>
            <p>{about}</p>
            <ol>
              {operations.map((operation) => {
                const name = nameOf(operation);
                const isOpen = tabs[activeTabIndex]?.title === name;
                return (
                  <li key={name}>
                    <button
                      type="button"
                      aria-current={isOpen || undefined}
                      disabled={!open}
                      onClick={() => open?.(operation)}
                    >
                      {name}
                    </button>
                    {operation.role && <small>{operation.role}</small>}
                    {operation.refusal && (
                      <small>{isPlaceholder(operation.refusal) ? 'needs a value' : 'refused on purpose'}</small>
                    )}
                  </li>
                );
              })}
            </ol>
          </section>
        ))}
        {shown.length === 0 && <p>No operation matches.</p>}
      </div>
    </section>
  );
}

const Icon = () => (
  <svg viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
    <path d="M2 4h1M6 4h8M2 8h1M6 8h8M2 12h1M6 12h8" />
  </svg>
);

export const operationsPlugin: GraphiQLPlugin = { title: 'Operations', icon: Icon, content: Operations };
