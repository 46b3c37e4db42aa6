import { foreignLiterals } from './sql-recorder.js';

const where = (condition: string) => `SELECT id FROM subscription WHERE ${condition}`;

describe('The literals in a statement', () => {
  it.each([
    ['a text', "name = 'Example'", ["'Example'"]],
    ['a text that is a status', "name = 'ACTIVE'", ["'ACTIVE'"]],
    ['the second text of a list', "status IN ('PENDING', 'Example')", ["'Example'"]],
    ['a text with a quote', "name = 'it''s'", ["'it''s'"]],
    ['a text that does not end', "name = 'Example", ["'Example"]],
    ['a text in double quotes', 'name = "Example"', ['"Example"']],
    ['a text that would end a quoted name', 'name = `Example" OR 1=1 -- ', ['`Example" OR 1=1 --']],
    ['a backslash', "name = '\\' AND id > ?", ["'\\'"]],
    ['an escaped quote', "name = '\\' OR 1=1 -- '", ["'\\'", '1', '1', '--', "'"]],
    ['a number', 'tenant_id = 1', ['1']],
    ['a number with a fraction', 'tenant_id = .5', ['.5']],
    ['a negative number', 'tenant_id = -7', ['7']],
    ['an exponent', 'tenant_id = 1e3', ['1e3']],
    ['the number of a limit', "status = 'ACTIVE' LIMIT 17", ['17']],
    ['a hexadecimal number', 'name = 0x4578', ['0x4578']],
    ['a hexadecimal text', "name = X'4578'", ["'4578'"]],
    ['bits', "name = b'1'", ["'1'"]],
    ['a text with a character set', "name = _utf8mb4'Example'", ["'Example'"]],
    ['a comment', 'id = ? /* Example */', ['/*']],
    ['a comment to the end', 'id = ? -- Example', ['--']],
    ['another comment to the end', 'id = ? # Example', ['#']],
    ['a quoted name with other signs', '`a; b` = ?', ['`a; b`']],
  ])('are found: %s', (_, condition, literals) => {
    expect(foreignLiterals(where(condition))).toEqual(literals);
  });

  it.each([
    where("id > ? AND deployment_cidr IS NOT NULL AND status <> 'DELETED' ORDER BY id LIMIT ?"),
    where('(`subscription`.`tenant_id` = ? AND 0=1)'),
    "SELECT COUNT(1) AS `cnt` FROM `api_key` `apiKey` WHERE `apiKey`.`role` = 'OWNER'",
    "SET NAMES utf8mb4, SESSION sql_mode = 'STRICT_TRANS_TABLES', SESSION innodb_lock_wait_timeout = 5",
  ])('are not found when the sources of the gateway contain them: %s', (statement) => {
    expect(foreignLiterals(statement)).toEqual([]);
  });
});
