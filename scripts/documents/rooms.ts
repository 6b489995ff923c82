import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { NARROW_DOORS, ROOMS } from '../../tests/tidy/rooms.ts';
import { markdownTable } from './regions.ts';

/** Which room may import which, from the table that the tidy test goes by. */
export function roomRows(root: string): string {
  const names = Object.keys(ROOMS);
  const rows = Object.entries(ROOMS).map(([name, { rooms, packages = [], node, pure }], at) => [
    existsSync(join(root, 'src', name)) ? `\`${name}\`` : `\`${name}\` (not built yet)`,
    pure === true ? 'yes' : '',
    doors(name, rooms, names.slice(0, at)),
    [
      ...packages,
      ...(node === 'all' ? ['`node:*`'] : (node ?? []).map((each) => `\`${each}\``)),
    ].join(', '),
  ]);
  return markdownTable(['room', 'pure', 'may import', 'from outside'], rows);
}

/** The list, or what it lacks of all rooms above where that is shorter. */
function doors(from: string, rooms: readonly string[], above: readonly string[]): string {
  if (rooms.length === 0) return 'no other room';
  const lacking = above.filter((room) => !rooms.includes(room));
  if (rooms.length < 8 || lacking.length > 5)
    return rooms.map((room) => door(from, room)).join(', ');
  return lacking.length === 0 ? 'every room above' : `every room above but ${lacking.join(', ')}`;
}

function door(from: string, to: string): string {
  const narrow = NARROW_DOORS.find((each) => each.from.includes(from) && each.to === to);
  if (narrow?.typesOnly === true) return `${to} (types)`;
  return narrow?.files === undefined ? to : `${to} (ports)`;
}
