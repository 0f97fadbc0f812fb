/** The one style sheet, inlined into every page. */
export const STYLE = `
:root{--ground:#f4f4f7;--card:#fff;--line:#e4e4ea;--text:#1c1c28;--soft:#6b6b7d;--accent:#5b4ce2;--accent-text:#fff;--hover:#f6f5ff;--bad:#b3261e}
@media (prefers-color-scheme:dark){:root{--ground:#121218;--card:#1c1c25;--line:#30303d;--text:#f1f1f6;--soft:#a0a0b2;--accent:#8b7dff;--accent-text:#14141b;--hover:#262633;--bad:#ff8a80}}
*,*::after{box-sizing:border-box}
body{margin:0;min-height:100vh;display:flex;flex-direction:column;align-items:center;justify-content:center;gap:20px;padding:32px 16px;background:var(--ground);color:var(--text);font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
.card{width:100%;max-width:420px;background:var(--card);border:1px solid var(--line);border-radius:16px;padding:32px 28px 28px;box-shadow:0 1px 2px rgb(20 20 40/.05),0 12px 32px -12px rgb(20 20 40/.16)}
header{text-align:center;margin-bottom:22px}
.mark{width:38px;height:38px;margin:0 auto 14px;border-radius:11px;background:linear-gradient(145deg,#7c6cff,#4a3bd0);position:relative}
.mark::after{content:"";position:absolute;left:11px;top:9px;width:16px;height:20px;border:3px solid #fff;border-bottom-width:6px;border-radius:8px 8px 2px 2px}
h1{margin:0;font-size:20px;line-height:1.3;letter-spacing:-.01em}
h2{margin:24px 0 10px;font-size:12px;font-weight:600;color:var(--soft);text-transform:uppercase;letter-spacing:.06em}
.lead{margin:6px 0 0;color:var(--soft);overflow-wrap:anywhere}
.list{list-style:none;margin:-4px;padding:4px;display:grid;gap:8px;max-height:60vh;overflow:auto}
form{margin:0}
.row{display:flex;align-items:center;gap:12px;width:100%;padding:10px 12px;border:1px solid var(--line);border-radius:12px;background:transparent;color:inherit;font:inherit;text-align:left;cursor:pointer;transition:background .12s,border-color .12s}
.row:hover:not(:disabled){background:var(--hover);border-color:var(--accent)}
.row:disabled{cursor:default;opacity:.5}
.row.on{border-color:var(--accent);background:var(--hover);opacity:1}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.avatar{flex:none;width:36px;height:36px;border-radius:50%;display:grid;place-items:center;font-size:13px;font-weight:600;color:#fff}
.avatar.square{border-radius:10px}
.h0{background:#5b4ce2}.h1{background:#0b7a75}.h2{background:#b3541e}.h3{background:#a32a6b}.h4{background:#2a6fb3}.h5{background:#5d7a1f}
.who{min-width:0;flex:1;display:grid}
.who b{font-weight:600;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.who small{color:var(--soft);font-size:13px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.tag{flex:none;font-size:12px;color:var(--soft);border:1px solid var(--line);border-radius:99px;padding:2px 9px}
.tag.bad{color:var(--bad)}
.arrow{flex:none;color:var(--soft)}
label{display:grid;gap:6px;font-size:13px;font-weight:600;margin-bottom:14px}
input,select{width:100%;padding:10px 12px;border:1px solid var(--line);border-radius:10px;background:transparent;color:inherit;font:inherit}
.search{margin-bottom:12px}
.button{display:block;width:100%;padding:11px 14px;border:0;border-radius:10px;background:var(--accent);color:var(--accent-text);font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer}
.button.quiet{background:transparent;border:1px solid var(--line);color:inherit}
.button+.button,.button+form>.button,form+form>.button{margin-top:10px}
.scopes{margin:0 0 20px;padding:14px 16px 14px 32px;border:1px solid var(--line);border-radius:12px}
.resource{margin:0 0 20px;text-align:center;color:var(--soft);overflow-wrap:anywhere}
.note{margin:18px 0 0;text-align:center;color:var(--soft);font-size:14px}
.note.in{margin:-6px 0 16px}
.note a,a{color:var(--accent)}
.error{margin:0 0 14px;color:var(--bad);font-size:14px}
input[aria-invalid]{border-color:var(--bad)}
@media(max-width:420px){.row{flex-wrap:wrap}.who{flex:1 1 60%}.who b{white-space:normal;overflow-wrap:anywhere}.tag{order:1;margin-left:48px}}
footer{color:var(--soft);font-size:12px}
`;
