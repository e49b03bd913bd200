let audio = null;

/** Sound and vibration are allowed only after a touch or a key; before that browsers complain. */
const allowed = () => navigator.userActivation?.hasBeenActive ?? true;

function tone(hertz, seconds) {
  audio ??= new AudioContext();
  audio.resume();
  const [oscillator, volume] = [audio.createOscillator(), audio.createGain()];
  const now = audio.currentTime;
  oscillator.frequency.value = hertz;
  volume.gain.setValueAtTime(0.15, now);
  volume.gain.exponentialRampToValueAtTime(0.001, now + seconds);
  oscillator.connect(volume).connect(audio.destination);
  oscillator.start(now);
  oscillator.stop(now + seconds);
}

/** Felt and heard the moment a code is read. */
export function signalRead() {
  if (!allowed()) return;
  navigator.vibrate?.(60);
  if (window.AudioContext) tone(880, 0.12);
}

/** Felt and heard when a code is refused. */
export function signalRefused() {
  if (!allowed()) return;
  navigator.vibrate?.([40, 60, 40]);
  if (window.AudioContext) tone(220, 0.2);
}
