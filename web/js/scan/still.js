const HOLD_MS = 1_500;

/**
 * The picture of the moment at which a code was read, frozen over the camera's. It gives way after
 * a moment, while the card stays: the next badge can be aimed at without closing anything.
 */
export class Still {
  #timer = 0;

  constructor(video, canvas) {
    this.video = video;
    this.canvas = canvas;
  }

  freeze() {
    const { video, canvas } = this;
    Object.assign(canvas, { width: video.videoWidth, height: video.videoHeight });
    canvas.getContext("2d").drawImage(video, 0, 0);
    canvas.hidden = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.thaw(), HOLD_MS);
  }

  /** Shows the camera again and forgets the picture: there may be a person in it. */
  thaw() {
    clearTimeout(this.#timer);
    this.canvas.hidden = true;
    Object.assign(this.canvas, { width: 0, height: 0 });
  }
}
