/** A row of counts as a filled step line, in pixels. */

/** `columns` wide, whether all of them are known or not; what is 0 is not drawn. */
export function stepsPath(
  counts: readonly number[],
  columns: number,
  width: number,
  height: number,
  most: number,
): string {
  if (most <= 0 || columns <= 0) return '';
  const round = (n: number): number => Math.round(n * 10) / 10;
  const x = (column: number): number => round((column * width) / columns);
  const y = (count: number): number => round(height - (count / most) * (height - 3));
  let path = '';
  let open = false;
  let last = -1;
  for (let column = 0; column <= counts.length; column++) {
    const count = counts[column] ?? 0;
    if (count === 0) {
      if (open) path += `H${x(column)}V${height}Z`;
      open = false;
    } else if (!open) {
      path += `M${x(column)} ${height}V${y(count)}`;
      open = true;
    } else if (count !== last) path += `H${x(column)}V${y(count)}`;
    last = count;
  }
  return path;
}
