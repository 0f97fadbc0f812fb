/**
 * The one script of the dashboard: parts marked `data-live` follow the instance, and buttons copy. Everything else works without it.
 * What it puts into the page is what the server rendered, parsed by a parser that runs nothing.
 */
export const SCRIPT = `(() => {
  document.documentElement.classList.add('js');
  document.addEventListener('click', async (event) => {
    const button = event.target.closest('[data-copy]');
    if (button === null) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = 'Copied';
  });
  const main = document.querySelector('main[data-version]');
  if (main === null) return;
  const told = document.querySelector('[data-told]');
  // Somebody reads or types there: it must not change under them.
  const isInUse = (part) => {
    const selection = getSelection();
    return part.contains(document.activeElement) || (!selection.isCollapsed && selection.containsNode(part, true));
  };
  const take = (next) => {
    let all = true;
    for (const part of document.querySelectorAll('[data-live]')) {
      const other = next.querySelector('[data-live="' + part.dataset.live + '"]');
      if (other === null || other.innerHTML === part.innerHTML) continue;
      if (isInUse(part)) all = false;
      else {
        const open = [...part.querySelectorAll('details[open][id]')].map(({ id }) => id);
        part.replaceChildren(...other.childNodes);
        for (const id of open) document.getElementById(id)?.setAttribute('open', '');
      }
    }
    if (all) main.dataset.version = next.querySelector('main').dataset.version;
  };
  const look = async () => {
    if (!document.hidden) {
      try {
        const answer = await fetch(location.href, { headers: { 'x-dashboard-version': main.dataset.version } });
        if (answer.status === 200) take(new DOMParser().parseFromString(await answer.text(), 'text/html'));
        told.textContent = '';
      } catch {
        told.textContent = 'The instance does not answer.';
      }
    }
    setTimeout(look, 1000);
  };
  setTimeout(look, 1000);
})();`;
