/** Groups of buttons that are one Tab stop each. Arrow keys, Home and End move inside. */
const bars = ['.graphiql-sidebar', '.operation-groups', '.graphiql-session-header', '.graphiql-toolbar'];
const barsSelector = bars.join(', ');

const buttonsOf = (bar: Element) => [...bar.querySelectorAll('button')].filter(({ disabled }) => !disabled);

/** Makes GraphiQL inside `root` usable with few keystrokes, including parts that it renders later. */
export function improveKeyboard(root: HTMLElement): void {
  const arrange = () => {
    for (const bar of root.querySelectorAll(barsSelector)) {
      const buttons = buttonsOf(bar);
      const current =
        buttons.find((button) => button === document.activeElement) ??
        buttons.find((button) => button.matches('[aria-current], .graphiql-tab-active button')) ??
        buttons.find(({ tabIndex }) => tabIndex === 0) ??
        buttons[0];
      for (const button of buttons) {
        const tabIndex = button === current ? 0 : -1;
        if (button.tabIndex !== tabIndex) button.tabIndex = tabIndex;
      }
    }
  };
  new MutationObserver(arrange).observe(root, {
    childList: true,
    subtree: true,
    attributeFilter: ['aria-current', 'disabled'],
  });
  root.addEventListener('focusin', arrange);
  // Monaco handles every Escape itself.
  root.addEventListener('keydown', leaveEditor, { capture: true });
  root.addEventListener('keydown', (event) => {
    if (event.defaultPrevented) return;
    const { target, key } = event;
    if (!(target instanceof HTMLElement)) return;
    const bar = target.closest(barsSelector);
    const next = bar && target instanceof HTMLButtonElement && neighbour(buttonsOf(bar), target, key);
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
  arrange();
}

/**
 * Escape in an editor moves the focus to its frame, from which Tab continues. The first Escape closes open widgets of
 * Monaco.
 */
function leaveEditor({ key, target }: KeyboardEvent): void {
  if (key !== 'Escape' || !(target instanceof HTMLElement)) return;
  const editor = target.closest<HTMLElement>('.graphiql-editor');
  if (!editor?.querySelector('.suggest-widget.visible, .find-widget.visible, .parameter-hints-widget.visible'))
    editor?.focus();
}

function neighbour(
  buttons: HTMLButtonElement[],
  button: HTMLButtonElement,
  key: string,
): HTMLButtonElement | undefined {
  const at = buttons.indexOf(button);
  switch (key) {
    case 'ArrowDown':
    case 'ArrowRight':
      return buttons[(at + 1) % buttons.length];
    case 'ArrowUp':
    case 'ArrowLeft':
      return buttons.at(at - 1);
    case 'Home':
      return buttons[0];
    case 'End':
      return buttons.at(-1);
    default:
      return undefined;
  }
}
