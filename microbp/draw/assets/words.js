/** What the page says, in English and Chinese; the article's terms in Chinese.
 *
 * Map: `WORDS` by language; `{0}` stands for the first thing that is put in.
 */

/** @type {Object<string, Object<string, string>>} */
export const WORDS = {
  en: {
    leaves: "Leaves", steps: "Step by step", inspect: "Look inside", descend: "Descend",
    back: "Back", next: "Next", play: "Play", pause: "Pause", end: "To the end",
    start: "To the start", speed: "Speed", predict: "Predict first",
    theme: "Light or dark", language: "中文", zoomIn: "Closer", zoomOut: "Further away",
    fit: "All of it", search: "Find a label", modules: "Modules", reset: "Reset",
    nothing: "Click a box or an arrow.", link: "Copy link", copied: "Copied",
    at0: "Leaves are given. Next computes the values, then the gradients.",
    forward: "{0} = {1} = {2}",
    seed: "The result starts with gradient 1.",
    backward: "{0}: upstream {1} × local {2} adds {3} to {4}, which has {5} now.",
    done: "Every gradient is complete.",
    ask: "What does {0} receive from {1}? Upstream is {2}, the local derivative {3}.",
    check: "Check", right: "Right: {0} × {1} = {2}.",
    wrong: "Not {0}. It is upstream × local, {1} × {2} = {3}.",
    wrongLocal: "{0} is the local derivative alone; multiply it by the upstream {1}.",
    wrongUpstream: "{0} is the upstream alone; multiply it by the local derivative {1}.",
    wrongSign: "The size is right and the sign is not: {0} × {1} = {2}.",
    wrongSum: "{0} is what {1} has afterwards; asked was what is added, {2}.",
    value: "value", gradient: "gradient", operation: "operation", module: "module",
    formula: "Value", slope: "Local derivative", chain: "What {0} receives",
    paths: "{0} paths from {1} to {2}", path: "1 path from {1} to {2}",
    more: "and {0} more", sum: "sum", isResult: "the result",
    rate: "Learning rate η", compute: "Compute gradients", use: "Use them",
    both: "One step", run: "Run", stop: "Stop", undo: "Undo", loss: "Result by step",
    stale: "The leaves have moved: these gradients belong to where they were.",
    computed: "Backpropagation: gradients are computed, and nothing has moved.",
    used: "Gradient descent: each leaf moved by −η times its gradient.",
    which: "Move", moving: "{0} leaves move", outputs: "{0} outputs", open: "open", close: "close",
    label: "{0}, value {1}, gradient {2}", unknown: "unknown", drawing: "Computation graph",
    inside: "{0} more are inside closed modules.", noMatch: "Nothing is called that.", keys: "Keys: ← → step, + − 0 zoom, / find.",
  },
  zh: {
    leaves: "叶子", steps: "逐步", inspect: "细看", descend: "下降",
    back: "后退", next: "前进", play: "播放", pause: "暂停", end: "到结尾",
    start: "到开头", speed: "速度", predict: "先猜再看",
    theme: "明或暗", language: "English", zoomIn: "放大", zoomOut: "缩小",
    fit: "全图", search: "查找标签", modules: "模块", reset: "复原",
    nothing: "点一个方框或一条箭头。", link: "复制链接", copied: "已复制",
    at0: "叶子已给定。前进：先算出各个值，再算梯度。",
    forward: "{0} = {1} = {2}",
    seed: "结果的梯度从 1 开始。",
    backward: "{0}：上游梯度 {1} × 局部导数 {2}，给 {4} 加上 {3}，现在是 {5}。",
    done: "所有梯度都算完了。",
    ask: "{0} 从 {1} 得到多少？上游梯度 {2}，局部导数 {3}。",
    check: "检查", right: "对：{0} × {1} = {2}。",
    wrong: "不是 {0}。是上游梯度 × 局部导数：{1} × {2} = {3}。",
    wrongLocal: "{0} 只是局部导数，还要乘上游梯度 {1}。",
    wrongUpstream: "{0} 只是上游梯度，还要乘局部导数 {1}。",
    wrongSign: "大小对，符号不对：{0} × {1} = {2}。",
    wrongSum: "{0} 是 {1} 加完以后的梯度；问的是加上多少：{2}。",
    value: "值", gradient: "梯度", operation: "运算", module: "模块",
    formula: "值", slope: "局部导数", chain: "{0} 得到的梯度",
    paths: "从 {1} 到 {2} 有 {0} 条路径", path: "从 {1} 到 {2} 有 1 条路径",
    more: "还有 {0} 条", sum: "和", isResult: "结果",
    rate: "学习率 η", compute: "计算梯度", use: "使用梯度",
    both: "走一步", run: "运行", stop: "停止", undo: "撤销", loss: "每一步的结果",
    stale: "叶子动过了：这些梯度属于原来的位置。",
    computed: "反向传播：梯度算出来了，什么都还没有动。",
    used: "梯度下降：每个叶子移动了 −η 乘以它的梯度。",
    which: "移动", moving: "移动 {0} 个叶子", outputs: "{0} 个输出", open: "打开", close: "收起",
    label: "{0}，值 {1}，梯度 {2}", unknown: "未知", drawing: "计算图",
    inside: "还有 {0} 个在收起的模块里。", noMatch: "没有这个名字。", keys: "按键：← → 逐步，+ − 0 缩放，/ 查找。",
  },
};

/** A sentence with things put in.
 * @param {string} sentence
 * @param {...(string | number)} things */
export function filled(sentence, ...things) {
  return sentence.replace(/\{(\d)\}/g, (_, k) => String(things[Number(k)]));
}
