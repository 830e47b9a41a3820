import { h } from './dom.ts';
import { shownName } from './format.ts';
import type { Speech } from './texts.ts';
import { button } from './view.ts';

/** Speed is told over the last moments, not since the beginning. */
const speedOverMs = 5000;

interface Controls {
  pause(): void;
  resume(): void;
  cancel(): void;
}

/** The part of the page that shows how far a file is, changed in place. */
export class SendingPanel {
  readonly element: HTMLElement;
  readonly #speech: Speech;
  readonly #bytes: number;
  readonly #title = h('h2', { tabindex: '-1' });
  readonly #bar: HTMLProgressElement;
  readonly #numbers = h('p', { class: 'numbers' });
  readonly #status = h('p', { role: 'status' });
  readonly #buttons = h('p');
  readonly #pause: HTMLElement;
  #samples: { at: number; bytes: number }[] = [];
  #isPaused = false;

  constructor(speech: Speech, file: Pick<File, 'name' | 'size'>, controls: Controls) {
    this.#speech = speech;
    this.#bytes = file.size;
    this.#bar = h('progress', { max: String(Math.max(1, file.size)), 'aria-label': speech.text.sending });
    this.element = h(
      'section',
      { class: 'notice', id: 'sending' },
      this.#title,
      h('p', {}, shownName(file.name)),
      this.#bar,
      this.#numbers,
      this.#status,
      this.#buttons,
    );
    const { text } = speech;
    const toggle = button(text.pause, () => {
      this.#isPaused = !this.#isPaused;
      toggle.textContent = this.#isPaused ? text.resume : text.pause;
      this.#samples = [];
      this.#say(this.#isPaused ? text.paused : '');
      if (this.#isPaused) controls.pause();
      else controls.resume();
    });
    this.#buttons.append(
      toggle,
      button(text.cancel, () => controls.cancel()),
    );
    this.#title.textContent = text.checking;
    this.#pause = toggle;
    toggle.hidden = true;
  }

  packing(bytes: number): void {
    this.#title.textContent = this.#speech.text.packing;
    this.#bar.value = bytes;
  }

  preparing(bytes: number): void {
    this.#title.textContent = this.#speech.text.preparing;
    this.#bar.value = bytes;
  }

  sending(): void {
    this.#title.textContent = this.#speech.text.sending;
    this.#bar.value = 0;
    this.#pause.hidden = false;
    this.progress(0);
    this.#title.focus();
  }

  progress(bytes: number): void {
    const { text, size, span } = this.#speech;
    const now = performance.now();
    this.#samples = [...this.#samples.filter(({ at }) => now - at < speedOverMs), { at: now, bytes }];
    const [first] = this.#samples;
    const seconds = first ? (now - first.at) / 1000 : 0;
    const speed = first && seconds > 0.2 ? (bytes - first.bytes) / seconds : 0;
    this.#bar.value = bytes;
    this.#bar.setAttribute('aria-valuetext', text.percent(Math.floor((bytes / Math.max(1, this.#bytes)) * 100)));
    const amounts = text.amounts(size(bytes), size(this.#bytes));
    this.#numbers.textContent =
      speed > 0 ? `${amounts} · ${text.pace(size(speed), span(Math.ceil((this.#bytes - bytes) / speed)))}` : amounts;
  }

  waiting(isWaiting: boolean): void {
    if (!this.#isPaused) this.#say(isWaiting ? this.#speech.text.waiting : '');
  }

  /** Told to those who do not see it as well, and only when it changes. */
  #say(line: string): void {
    if (this.#status.textContent !== line) this.#status.textContent = line;
  }
}
