// What many sessions are told is encoded once: they get the same object, one after the other.

/** The same function, which keeps its last result until another object comes. Nobody may change the result. */
export function encodedOnce<T extends object, Encoded>(
  encode: (told: T) => Encoded,
): (told: T) => Encoded {
  let last: { readonly told: T; readonly encoded: Encoded } | undefined;
  return (told) => {
    if (last?.told !== told) last = { told, encoded: encode(told) };
    return last.encoded;
  };
}
