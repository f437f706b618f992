import { useMemo } from "react";
import qrcode from "qrcode-generator";

/** A QR code, drawn here: what it holds may be a secret. */
export function QrCode({ value, label }: { value: string; label: string }) {
  const { path, size } = useMemo(() => draw(value), [value]);
  return (
    <svg className="ui-qr" viewBox={`-4 -4 ${size + 8} ${size + 8}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <rect x="-4" y="-4" width={size + 8} height={size + 8} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

function draw(value: string): { path: string; size: number } {
  const code = qrcode(0, "M");
  code.addData(value);
  code.make();
  const size = code.getModuleCount();
  let path = "";
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      if (code.isDark(row, column)) path += `M${column} ${row}h1v1h-1z`;
    }
  }
  return { path, size };
}
