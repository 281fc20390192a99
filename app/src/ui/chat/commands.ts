import type { CommandCard } from '../../bridge/types.ts';

/** The commands that what is typed may become, while nothing but their first word is. */
export function matching(text: string, commands: readonly CommandCard[]): CommandCard[] {
  const typed = /^\/(\S*)$/.exec(text)?.[1]?.toLowerCase();
  return typed === undefined ? [] : commands.filter(({ command }) => command.startsWith(typed));
}

/** What stands in the field once a command was chosen: what it needs is written behind it. */
export const chosen = ({ command }: CommandCard): string => `/${command} `;
