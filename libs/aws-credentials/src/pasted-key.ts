/** Parts of an access key that a user pastes. */
export type KeyPart = 'accessKeyId' | 'secretAccessKey';

interface PartRule {
  /** Variable name in .env files, and in lower case in files of the AWS CLI. */
  readonly variable: string;
  /** Column in the CSV file of a new access key. */
  readonly column: string;
  /** Field in the output of `aws iam create-access-key`. */
  readonly field: string;
  /** Name in a sentence. */
  readonly noun: string;
  readonly wellFormed: RegExp;
}

const accessKeyId: PartRule = {
  variable: 'AWS_ACCESS_KEY_ID',
  column: 'Access key ID',
  field: 'AccessKeyId',
  noun: 'access key ID',
  wellFormed: /^(AKIA|ASIA)[A-Z0-9]{16}$/,
};
const secretAccessKey: PartRule = {
  variable: 'AWS_SECRET_ACCESS_KEY',
  column: 'Secret access key',
  field: 'SecretAccessKey',
  noun: 'secret access key',
  wellFormed: /^[A-Za-z0-9/+=]{40}$/,
};
const rules: Readonly<Record<KeyPart, PartRule>> = { accessKeyId, secretAccessKey };

/** Endings of the example access keys in the AWS documentation, such as AKIAIOSFODNN7EXAMPLE. */
const exampleOfAws = /EXAMPLE(KEY)?$/;

/** Texts that users paste instead of the part alone, most specific form first. */
const forms: readonly {
  readonly isLike: (text: string, rule: PartRule) => boolean;
  readonly fault: (rule: PartRule, text: string) => string;
}[] = [
  {
    isLike: (text) => /-----BEGIN /.test(text),
    fault: ({ noun, column }) =>
      `looks like a private key or a certificate. Paste the ${noun} of the IAM user, which AWS shows as \`${column}\``,
  },
  {
    isLike: (text) => /^[{[][^\]]*[:"]/.test(text) || /["'](AccessKey|SecretAccessKey|AccessKeyId)["']\s*:/i.test(text),
    fault: ({ field }) =>
      `looks like the JSON output of \`aws iam create-access-key\`. Paste only the value of \`${field}\`, without the quotes`,
  },
  {
    isLike: (text) => /^[$#>%]?\s*aws\s+\w/.test(text) || /(^|\s)--[a-z]+[a-z-]*[= ]/.test(text),
    fault: ({ noun }) => `looks like a command. Paste only the ${noun} itself`,
  },
  {
    isLike: (text) => !isAssignment(text) && /^[^,]*[,;]?$/.test(text) && /^["'`“”„‘’«»]|["'`“”„‘’«»][,;]?$/.test(text),
    fault: () => 'is in quotation marks. Paste only the text between them',
  },
  {
    isLike: (text) => text.includes(','),
    fault: ({ column }) =>
      `looks like a line of the CSV file of a new access key. Paste only the value of the column \`${column}\``,
  },
  {
    isLike: (text) => isAssignment(text),
    fault: ({ variable }, text) =>
      /[\r\n]/.test(text)
        ? `looks like several lines of a .env file. Paste only the value of \`${variable}\``
        : `looks like a line of a .env file. Paste only the text after \`${/=/.test(text) ? '=' : ':'}\``,
  },
  {
    isLike: (text) => /^<.*>$|^\$\{?\w+\}?$|^%\w+%$|^\{\{.*\}\}$/.test(text),
    fault: ({ noun }) => `looks like a placeholder. Paste the ${noun} itself`,
  },
  {
    isLike: (text) => /[*•●…]|\.{3}|\[redacted\]/i.test(text),
    fault: ({ noun }) => `looks masked or truncated. Copy the whole ${noun}`,
  },
  {
    isLike: (text) => /(^|[\s|;])(AKIA|ASIA)[A-Z0-9]{16}[\s|;:]+\S/.test(text),
    fault: ({ noun }) => `looks like an access key ID and a secret access key together. Paste only the ${noun}`,
  },
  {
    isLike: (text) => text.startsWith('arn:'),
    fault: ({ noun }) => `looks like an ARN. Paste the ${noun} of the IAM user`,
  },
  {
    isLike: (text, rule) => rule !== secretAccessKey && secretAccessKey.wellFormed.test(text),
    fault: () => 'looks like a secret access key. Paste the access key ID, which begins with AKIA',
  },
  {
    isLike: (text, rule) => rule !== accessKeyId && accessKeyId.wellFormed.test(text),
    fault: () => 'looks like an access key ID. Paste the secret access key, which has 40 characters',
  },
  {
    isLike: (text) => /^(AIDA|AROA|AGPA|ANPA|AIPA|ASCA|APKA|ABIA|ACCA|ANVA)[A-Z0-9]{12,}$/.test(text),
    fault: ({ noun }) => `looks like the ID of another IAM entity. Paste the ${noun}`,
  },
  {
    isLike: (text) => /^(IQoJ|FwoG|FQoG)/.test(text) && text.length > 100,
    fault: ({ noun }) => `looks like a session token. Paste the ${noun} of the IAM user`,
  },
  {
    isLike: (text) => /%[0-9A-Fa-f]{2}/.test(text),
    fault: ({ noun }) => `looks URL-encoded. Paste the ${noun} as AWS shows it`,
  },
  {
    isLike: (text) => /[\r\n\u2028\u2029]/.test(text),
    fault: ({ noun }) => `contains a line break. Paste the ${noun} as one line`,
  },
  {
    isLike: (text) => /\p{Cf}/u.test(text),
    fault: ({ noun }, text) =>
      `contains an invisible character (${codePoint(/\p{Cf}/u.exec(text)![0])}). Copy the ${noun} again from AWS`,
  },
  {
    isLike: (text) => /[\s\p{Z}]/u.test(text),
    fault: ({ noun }) => `contains a space. Paste the ${noun} without spaces`,
  },
];

/** `AWS_SECRET_ACCESS_KEY=`, `export AWS_ACCESS_KEY_ID=`, `$env:…`, a line of ~/.aws/credentials, a label with a colon. */
const isAssignment = (text: string) =>
  /^(.*[\r\n])*\s*[-#$]?\s*((export|set|setx|setenv|declare|let|const|var|env)\s+(-\S+\s+)?)?["']?(\$?env:)?[\w. -]*(access[_ -]?key|secret|aws_?|key[_ -]?id|password)[\w. -]*["']?(\s*\[[^\]]*\])?\s*[=:]/i.test(
    text,
  );

const codePoint = (character: string) => `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;

/** Maximum length that is examined: the expressions take quadratic time. */
const mostRead = 2000;

/**
 * Describes what was pasted instead of a part of an access key and what to paste, as the end of a sentence. Null when
 * no known form matches. Contains nothing of the text except the name of an invisible character.
 */
export function mistakeInPasted(part: KeyPart, text: string): string | null {
  const rule = rules[part];
  if (rule.wellFormed.test(text))
    return exampleOfAws.test(text)
      ? `is an example from the AWS documentation. Paste the ${rule.noun} of the IAM user`
      : null;
  const beginning = text.slice(0, mostRead);
  return forms.find(({ isLike }) => isLike(beginning, rule))?.fault(rule, beginning) ?? null;
}
