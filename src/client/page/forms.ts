// What users fill in, read from forms.

/** The fields of the form that was submitted, without spaces around them; the browser does not submit it itself. */
export function fieldsOf(event: SubmitEvent): (name: string) => string {
  event.preventDefault();
  const data = new FormData(event.currentTarget as HTMLFormElement);
  return (name) => {
    const value = data.get(name);
    return typeof value === 'string' ? value.trim() : '';
  };
}

/** DD/MM/YYYY, as (source 000, 6.1) has it, from the YYYY-MM-DD of a date field. */
export const sourceDate = (value: string): string => value.split('-').reverse().join('/');
