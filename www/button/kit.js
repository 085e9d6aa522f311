/** The page of the button: its examples name the address that this copy of the verifier has. */

const here = new URL('..', import.meta.url).href;

for (const code of document.querySelectorAll('code')) {
  code.textContent = (code.textContent ?? '').replaceAll('https://VERIFIER/', here);
}
