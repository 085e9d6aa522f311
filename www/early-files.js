/** Files that are dropped before the page can take them. */

export class EarlyFiles {
  /** @type {File[]} */
  #files = [];

  constructor() {
    document.addEventListener('dragover', this.#keep);
    document.addEventListener('drop', this.#keep);
  }

  /** What was dropped so far; from now on somebody else takes what is dropped. */
  taken() {
    document.removeEventListener('dragover', this.#keep);
    document.removeEventListener('drop', this.#keep);
    return this.#files;
  }

  /**
   * Without this the browser would leave the page and open the file.
   *
   * @param {DragEvent} event
   */
  #keep = (event) => {
    event.preventDefault();
    if (event.type === 'drop') this.#files.push(...(event.dataTransfer?.files ?? []));
  };
}
