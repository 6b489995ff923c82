import type { Command, CommanderError } from 'commander';

/** One sentence of what commander found wrong with the words after `command`. */
export function usageSentence(thrown: CommanderError, command: Command): string {
  return `${problem(thrown, command)}; see ${pathOf(command)} --help`;
}

function problem(thrown: CommanderError, command: Command): string {
  const names = command.commands.map((child) => child.name()).join(', ');
  if (thrown.code === 'commander.help') return `expected a command: ${names}`;
  const sentence = thrown.message
    .replace(/^error: /, '')
    .replace(/\n\(Did you mean (.*)\?\)$/s, ', did you mean $1')
    .replace(/\. Expected (.*)\.$/, ': expected $1')
    .replace(/'([^']*)'/g, '"$1"');
  return thrown.code === 'commander.unknownCommand' ? `${sentence}: expected ${names}` : sentence;
}

function pathOf(command: Command): string {
  const above = command.parent;
  return above === null ? command.name() : `${pathOf(above)} ${command.name()}`;
}
