// Where a text goes: to a person, or, behind a `#`, into a room or group.

export interface Place {
  readonly kind: 'person' | 'room';
  readonly name: string;
}

/** A person and a room may have the same name, so a room is never meant without its mark. */
export const placeOf = (typed: string): Place =>
  typed.startsWith('#') ? { kind: 'room', name: typed.slice(1) } : { kind: 'person', name: typed };

/** As it is typed. */
export const typedForm = ({ kind, name }: Place): string => (kind === 'room' ? `#${name}` : name);
