import type { Id } from '../../bridge/types.ts';

export type Tab = 'home' | 'people' | 'search';

export type Route =
  | { view: 'menu'; tab: Tab }
  | { view: 'group'; group: Id }
  | { view: 'channel'; channel: Id; at: { sort: number; id: Id } | null }
  | { view: 'details'; channel: Id }
  | { view: 'form'; channel: Id; form: Id }
  | { view: 'draft'; channel: Id; draft: number }
  | { view: 'answer'; channel: Id; answer: Id }
  | { view: 'task'; group: Id; task: Id }
  | { view: 'start'; group: Id; workflow: string; form: Id; task?: Id }
  | { view: 'move'; group: Id; task: Id; target: string; form: Id }
  | { view: 'outbox' }
  | { view: 'ready'; group: Id | null }
  | { view: 'settings' };

const id = '(\\d+)';
const code = '([a-z][a-z0-9_]*)';
const patterns: [RegExp, (parts: string[]) => Route][] = [
  [/^#\/(people|search)$/, ([tab]) => ({ view: 'menu', tab: tab as Tab })],
  [RegExp(`^#/group/${id}$`), ([group = '']) => ({ view: 'group', group })],
  [RegExp(`^#/channel/${id}$`), ([channel = '']) => ({ view: 'channel', channel, at: null })],
  [
    RegExp(`^#/channel/${id}/at/(\\d+)/${id}$`),
    ([channel = '', sort = '', message = '']) => ({
      view: 'channel',
      channel,
      at: { sort: Number(sort), id: message },
    }),
  ],
  [RegExp(`^#/channel/${id}/details$`), ([channel = '']) => ({ view: 'details', channel })],
  [
    RegExp(`^#/channel/${id}/form/${id}$`),
    ([channel = '', form = '']) => ({ view: 'form', channel, form }),
  ],
  [
    RegExp(`^#/channel/${id}/draft/(\\d{1,15})$`),
    ([channel = '', draft = '']) => ({ view: 'draft', channel, draft: Number(draft) }),
  ],
  [
    RegExp(`^#/channel/${id}/answer/${id}$`),
    ([channel = '', answer = '']) => ({ view: 'answer', channel, answer }),
  ],
  [
    RegExp(`^#/group/${id}/task/${id}$`),
    ([group = '', task = '']) => ({ view: 'task', group, task }),
  ],
  [
    RegExp(`^#/group/${id}/start/${code}/${id}$`),
    ([group = '', workflow = '', form = '']) => ({ view: 'start', group, workflow, form }),
  ],
  [
    RegExp(`^#/group/${id}/task/${id}/start/${code}/${id}$`),
    ([group = '', task = '', workflow = '', form = '']) => ({
      view: 'start',
      group,
      task,
      workflow,
      form,
    }),
  ],
  [
    RegExp(`^#/group/${id}/task/${id}/move/${code}/${id}$`),
    ([group = '', task = '', target = '', form = '']) => ({
      view: 'move',
      group,
      task,
      target,
      form,
    }),
  ],
  [/^#\/ready$/, () => ({ view: 'ready', group: null })],
  [RegExp(`^#/group/${id}/ready$`), ([group = '']) => ({ view: 'ready', group })],
  [/^#\/outbox$/, () => ({ view: 'outbox' })],
  [/^#\/settings$/, () => ({ view: 'settings' })],
];

export function parseRoute(hash: string): Route {
  for (const [pattern, make] of patterns) {
    const found = pattern.exec(hash);
    if (found) return make(found.slice(1));
  }
  return { view: 'menu', tab: 'home' };
}

export function formatRoute(route: Route): string {
  switch (route.view) {
    case 'menu':
      return route.tab === 'home' ? '#/' : `#/${route.tab}`;
    case 'group':
      return `#/group/${route.group}`;
    case 'channel':
      return route.at
        ? `#/channel/${route.channel}/at/${route.at.sort}/${route.at.id}`
        : `#/channel/${route.channel}`;
    case 'details':
      return `#/channel/${route.channel}/details`;
    case 'form':
      return `#/channel/${route.channel}/form/${route.form}`;
    case 'draft':
      return `#/channel/${route.channel}/draft/${route.draft}`;
    case 'answer':
      return `#/channel/${route.channel}/answer/${route.answer}`;
    case 'task':
      return `#/group/${route.group}/task/${route.task}`;
    case 'start': {
      const parent = route.task ? `/task/${route.task}` : '';
      return `#/group/${route.group}${parent}/start/${route.workflow}/${route.form}`;
    }
    case 'move':
      return `#/group/${route.group}/task/${route.task}/move/${route.target}/${route.form}`;
    case 'ready':
      return route.group ? `#/group/${route.group}/ready` : '#/ready';
    case 'outbox':
    case 'settings':
      return `#/${route.view}`;
  }
}

/** The page above, for Back when there is no page before. */
export function parentOf(route: Route, group: Id | null): Route {
  const isBelowChannel = ['details', 'form', 'draft', 'answer'].includes(route.view);
  if (isBelowChannel && 'channel' in route)
    return { view: 'channel', channel: route.channel, at: null };
  if (route.view === 'move' || (route.view === 'start' && route.task))
    return { view: 'task', group: route.group, task: route.task ?? '' };
  if (route.view === 'task' || route.view === 'start') return { view: 'group', group: route.group };
  if (route.view === 'ready')
    return route.group ? { view: 'group', group: route.group } : { view: 'settings' };
  if (route.view === 'channel' && group) return { view: 'group', group };
  return { view: 'menu', tab: 'home' };
}
