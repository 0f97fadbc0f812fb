/** The style sheet of the dashboard. Colours have a contrast of at least 4.5 in both schemes (WCAG 2.2, 1.4.3); a test measures it. */
export const STYLE = `
:root{color-scheme:light dark;--ground:#f5f5f8;--card:#fff;--line:#e2e2e9;--text:#1c1c28;--soft:#5a5a6b;--accent:#4f41d1;--on-accent:#fff;--hover:#efedff;--good:#0a6640;--warn:#855000;--bad:#b3261e;--code:#f0f0f5}
@media (prefers-color-scheme:dark){:root{--ground:#121218;--card:#1b1b24;--line:#30303d;--text:#f1f1f6;--soft:#a9a9ba;--accent:#a99fff;--on-accent:#14141b;--hover:#292937;--good:#6fd6a0;--warn:#f1bd6a;--bad:#ff9389;--code:#14141b}}
*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
a{color:var(--accent)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:4px}
.skip{position:absolute;left:-9999px}
.skip:focus{left:12px;top:12px;z-index:1;padding:8px 14px;background:var(--card)}
.frame{display:grid;grid-template-columns:208px minmax(0,1fr);max-width:1240px;margin:0 auto;min-height:100vh}
.side{padding:24px 12px}
.brand{display:flex;align-items:center;gap:10px;padding:0 10px 18px;font-weight:650;white-space:nowrap}
.mark{flex:none;width:28px;height:28px;border-radius:8px;background:linear-gradient(145deg,#7c6cff,#4a3bd0);position:relative}
.mark::after{content:"";position:absolute;left:8px;top:6px;width:12px;height:15px;border:2px solid #fff;border-bottom-width:5px;border-radius:6px 6px 2px 2px}
.side ul{list-style:none;margin:0;padding:0;display:grid;gap:2px}
.side li a{display:flex;justify-content:space-between;gap:8px;padding:7px 10px;border-radius:8px;color:var(--text);text-decoration:none}
.side li a:hover{background:var(--hover)}
.side li a[aria-current]{background:var(--hover);font-weight:600;color:var(--accent)}
.side small{color:var(--soft);font-weight:400}
main{padding:24px 24px 64px;min-width:0}
h1{margin:0 0 4px;font-size:24px;line-height:1.25;letter-spacing:-.015em;overflow-wrap:anywhere}
h2{margin:0 0 12px;font-size:16px}
.lead{margin:0 0 20px;color:var(--soft);overflow-wrap:anywhere}
.card{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:18px;margin:0 0 18px;min-width:0}
.grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,300px),1fr));gap:18px}
.grid>.card{margin:0}
.grid{margin:0 0 18px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(104px,1fr));gap:10px;list-style:none;margin:0 0 18px;padding:0}
.tiles a{display:block;padding:12px 14px;background:var(--card);border:1px solid var(--line);border-radius:12px;color:var(--text);text-decoration:none}
.tiles a:hover{border-color:var(--accent)}
.tiles b{display:block;font-size:24px;line-height:1.2;font-variant-numeric:tabular-nums}
.tiles span{color:var(--soft);font-size:13px}
table{width:100%;border-collapse:collapse;font-size:14px}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
th{text-align:left;font-weight:600;color:var(--soft);font-size:13px;padding:0 12px 8px 0;white-space:nowrap}
td{padding:9px 12px 9px 0;border-top:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
td:last-child,th:last-child{padding-right:0}
td small{display:block;color:var(--soft)}
.person{display:flex;gap:10px;align-items:center;min-width:0}
.person>span:last-child{min-width:0;overflow-wrap:anywhere}
.avatar{flex:none;width:32px;height:32px;border-radius:50%;display:grid;place-items:center;font-size:12px;font-weight:600;color:#fff}
.avatar.square{border-radius:9px}
.h0{background:#5b4ce2}.h1{background:#0b6e69}.h2{background:#a44a18}.h3{background:#a32a6b}.h4{background:#2a68a8}.h5{background:#53701b}
.tag{display:inline-block;font-size:12px;line-height:1.4;border:1px solid currentColor;border-radius:99px;padding:1px 9px;color:var(--soft);white-space:nowrap}
.good{color:var(--good)}.warn{color:var(--warn)}.bad{color:var(--bad)}
code,pre,.mono,textarea{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
code{overflow-wrap:anywhere}
pre{margin:0;padding:12px 14px;background:var(--code);border:1px solid var(--line);border-radius:10px;white-space:pre-wrap;overflow-wrap:anywhere;max-height:420px;overflow:auto}
time{white-space:nowrap}
.big{font-size:clamp(22px,2.4vw,30px);font-weight:650;letter-spacing:.06em;margin:0;font-variant-numeric:tabular-nums;line-height:1.2}
dl{display:grid;grid-template-columns:minmax(90px,max-content) minmax(0,1fr);gap:6px 16px;margin:0;font-size:14px}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
form{margin:0}
.card>div+*,.card>dl+*,.card>pre+*,.card>details+*,[data-live]>*+dl,[data-live]>table+*{margin-top:14px}
.card>.row+.row{margin-top:8px}
.row{display:flex;flex-wrap:wrap;gap:8px;align-items:end}
.row+.row,.card>form+form,details>form{margin-top:12px}
.fields{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,170px),1fr));gap:12px;align-items:end}
label{display:grid;gap:4px;font-size:13px;font-weight:600;min-width:0}
label small{font-weight:400;color:var(--soft)}
input,select,textarea{width:100%;min-width:0;padding:8px 10px;border:1px solid var(--soft);border-radius:8px;background:var(--card);color:inherit;font-size:14px;font-family:inherit}
::placeholder{color:var(--soft);opacity:1}
button{padding:8px 14px;border:1px solid var(--soft);border-radius:8px;background:var(--card);color:var(--text);font:inherit;font-size:14px;font-weight:550;cursor:pointer}
button:hover{background:var(--hover)}
button.main{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
button.main:hover{filter:brightness(1.08)}
button.danger{color:var(--bad);border-color:currentColor}
.small,td button{padding:3px 10px;min-height:28px;font-size:13px}
.copy{display:none}
.fields>button{justify-self:start}
.js .copy{display:inline-block}
summary{cursor:pointer;color:var(--accent)}
details[open]>summary{margin-bottom:10px}
.notice{margin:0 0 18px;padding:10px 14px;border:1px solid currentColor;border-radius:10px;background:var(--card);overflow-wrap:anywhere}
.note{color:var(--soft);margin:10px 0 0;font-size:14px}
.messages{list-style:none;margin:0;padding:0;display:grid;gap:16px}
.messages li+li{border-top:1px solid var(--line);padding-top:16px}
.messages p{margin:4px 0 0;overflow-wrap:anywhere}
.pages{display:flex;gap:16px;margin-top:14px}
@media(max-width:760px){
.frame{display:block}
.side{padding:14px 12px 0}
.brand{padding:0 4px 10px}
.side ul{display:flex;flex-wrap:wrap;gap:6px}
.side li a{padding:5px 11px;border:1px solid var(--line);background:var(--card);font-size:14px}
main{padding:18px 12px 48px}
.card{padding:14px}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table,tbody,tr,td{display:block}
tr{border-top:1px solid var(--line);padding:10px 0}
tbody>tr:first-child{border-top:0;padding-top:0}
td{border:0;padding:2px 0;display:flex;gap:10px}
td::before{content:attr(data-label);flex:none;width:86px;color:var(--soft);font-size:13px}
td>*{min-width:0}
}
`;
