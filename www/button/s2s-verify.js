/** A link to the verifier or, with `command`, what to type. Never a result. */
customElements.define('s2s-verify', class extends HTMLElement {
  connectedCallback() {
    /** @type {any} */
    const { service, verifier, label, command } = this.attributes;
    const run = `s2s verify https://${service.value}`;
    /** @type {any} */
    const own = document.createElement(command ? 'button' : 'a');
    own.textContent = command ? run : label?.value ?? 'Check this yourself';
    own.style = 'font:inherit;color:inherit;background:none;border:1px solid;border-radius:.4em;padding:.2em .7em';
    if (command) {
      own.type = 'button';
      own.onclick = () => navigator.clipboard?.writeText(run).then(() => { own.textContent = `Copied: ${run}`; }, () => {});
    } else {
      own.href = `${verifier?.value ?? new URL('..', import.meta.url)}#service=${encodeURIComponent(service.value)}`;
      own.target = '_blank';
      own.rel = 'noopener noreferrer';
    }
    this.replaceChildren(own);
  }
});
