// The names of the files that the program makes in its folder of attachments: it deletes no file of any other name.

import type { FileHash } from '../../protocol/model';

const upload = /^upload-\d+-\d+$/;
const stored = /^[0-9a-f]{64}$/;

/** The name of the `number`th upload of this process, until the whole of it has come. */
export const uploadName = (number: number): string => `upload-${process.pid}-${number}`;

export const isUploadName = (name: string): boolean => upload.test(name);

/** Whether it is a SHA-256, under which a whole file is kept. */
export const isStoredName = (name: string): name is FileHash => stored.test(name);
