export const languages = ['en', 'es'] as const;
export type Language = (typeof languages)[number];

/** The person's own choice, else the first of the browser's languages that the catalogue has. */
export function chooseLanguage(stored: string | null, preferred: readonly string[]): Language {
  for (const wanted of [stored ?? '', ...preferred]) {
    const base = wanted.toLowerCase().split('-')[0];
    const found = languages.find((language) => language === base);
    if (found) return found;
  }
  return 'en';
}
