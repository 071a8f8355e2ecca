// The sign of the program: a speech bubble with ticks.

export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <path d="M6 4h20a4 4 0 0 1 4 4v12a4 4 0 0 1-4 4H14l-7 6v-6H6a4 4 0 0 1-4-4V8a4 4 0 0 1 4-4z" />
      <path class="ticks" d="m9 14 4.2 4L19 10m-2.5 7.3 1 .7 6-8" />
    </svg>
  );
}
