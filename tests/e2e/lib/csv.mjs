// A reader of comma-separated tables (RFC 4180) that shares nothing with the program's own.

/** One object a record, by the names of the first line. */
export function parseCsv(text) {
  const records = [];
  let record = [];
  let field = '';
  let isQuoted = false;
  const endField = () => {
    record.push(field);
    field = '';
  };
  const endRecord = () => {
    endField();
    if (record.length > 1 || record[0] !== '') records.push(record);
    record = [];
  };
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (isQuoted && char === '"' && text[at + 1] === '"') {
      field += '"';
      at += 1;
    } else if (char === '"') {
      isQuoted = !isQuoted;
    } else if (!isQuoted && char === ',') {
      endField();
    } else if (!isQuoted && (char === '\n' || char === '\r')) {
      if (char === '\n') endRecord();
    } else {
      field += char;
    }
  }
  if (field !== '' || record.length > 0) endRecord();
  const [names, ...rows] = records;
  return rows.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index]])));
}
