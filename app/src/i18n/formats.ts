/** What writes numbers and dates. The browser takes milliseconds to make one: each is made once. */

const made = new Map<string, unknown>();

export function formatOf<Format, Options>(
  kind: new (locale: string, options: Options) => Format,
  locale: string,
  options: Options,
): Format {
  const key = `${kind.name} ${locale} ${JSON.stringify(options)}`;
  let format = made.get(key) as Format | undefined;
  if (!format) {
    format = new kind(locale, options);
    made.set(key, format);
  }
  return format;
}
