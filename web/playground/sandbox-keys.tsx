import { useEffect, useRef, useState } from 'react';

/** What src/rest/playground.ts says of the sandbox. */
interface Sandbox {
  readonly secretAccessKey: string;
  readonly consoleRoleName: string;
  readonly keys: readonly { accessKeyId: string; behaviour: string }[];
}

export function SandboxKeys() {
  const [sandbox, setSandbox] = useState<Sandbox | null>();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    void fetch('/playground/sandbox.json')
      .then((response) => response.json())
      .then(setSandbox);
  }, []);

  if (sandbox === undefined) return null;
  if (!sandbox)
    return <p>The AWS sandbox is disabled (AWS_SANDBOX): accounts need access keys of real AWS accounts.</p>;
  return (
    <>
      <button onClick={() => dialog.current?.showModal()}>Sandbox keys</button>
      <dialog ref={dialog} aria-labelledby="sandbox-keys" closedby="any">
        <form method="dialog">
          <h2 id="sandbox-keys">Access keys of the AWS sandbox</h2>
          <button>Close</button>
        </form>
        <p>
          They never reach AWS. The last four characters select an AWS account and a user in it. A user can be connected
          once. The secret of each is <code>{sandbox.secretAccessKey}</code>, the console role{' '}
          <code>{sandbox.consoleRoleName}</code>.
        </p>
        <table>
          <thead>
            <tr>
              <th>Access key ID</th>
              <th>Behavior</th>
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
