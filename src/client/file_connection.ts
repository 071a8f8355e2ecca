// A client's connection that also carries files, and shows how far each of them is.

import type { ClientConnection, SaveSink, SourceFile } from '../protocol/dialect';
import { refused, type Result } from '../protocol/model';
import { SocketConnection } from './connection';
import { SavedFile } from './saved_file';
import type { SaveTarget } from './saved_name';
import { OpenedFile, sendSource } from './source_file';
import type { View } from './view';

export class FileConnection extends SocketConnection implements ClientConnection {
  readonly #view: View;

  constructor(view: View, silentMs?: number) {
    super(silentMs);
    this.#view = view;
  }

  sendSource(
    file: SourceFile,
    done: (result: Result<void, 'gone'>) => void,
    frame?: Parameters<ClientConnection['sendSource']>[2],
  ): void {
    if (!(file instanceof OpenedFile)) {
      done(refused('gone'));
      return;
    }
    const progress = this.#view.progress(file.name, file.size);
    const finish = (result: Result<void, 'gone'>): void => {
      progress.end();
      done(result);
    };
    sendSource(this, file, (bytes) => progress.update(bytes), finish, frame);
  }

  saveFile(target: SaveTarget, size: number): SaveSink {
    const progress = this.#view.progress(target.name, size);
    const file = new SavedFile(target, size, {
      pause: (isPaused) => this.setPaused(isPaused),
      received: (bytes) => progress.update(bytes),
    });
    return {
      write: (bytes) => file.write(bytes),
      finish: (done) => {
        progress.end();
        file.finish(done);
      },
      abandon: () => {
        progress.end();
        file.abandon();
      },
    };
  }
}
