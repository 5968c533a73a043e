/**
 * theme.js - what must be known before the first paint: the theme, and whether the app
 * will be needed at once. The one script of the page that is no module.
 */

(() => {
	/**
	 * The styles come first. To ask for all at once would keep a slow phone busy for a while.
	 * @param {DocumentFragment} files
	 */
	function fetchSome(files) {
		document.head.append(...[...files.children].slice(0, 6));
		if (files.children.length) {
			setTimeout(fetchSome, 0, files);
		}
	}

	try {
		const prefs = JSON.parse(localStorage.getItem('palabre') || '{}');
		const { dataset } = document.documentElement;
		if (prefs.theme === 'light' || prefs.theme === 'dark') {
			dataset.theme = prefs.theme;
		}
		if (prefs.density === 'compact') {
			dataset.density = 'compact';
		}
		const files = document.getElementById('app-files');
		if (prefs.signedIn && files instanceof HTMLTemplateElement) {
			fetchSome(files.content);
		}
	} catch {
		// the system's theme, then
	}
})();
