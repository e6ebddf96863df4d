import { writeFileSync, mkdirSync } from "node:fs";
import { seededRandom } from "#platform/random";
import { readCard } from "../../web/scan/reader.ts";
import { modelsInNode } from "./models.ts";
import { drawnCard, drawnLook, inventedNumber } from "./rendered-card.ts";
import { openStudio } from "./studio.ts";
const studio=await openStudio();
const models=await modelsInNode();
const random=seededRandom(Number(process.argv[2]??1));
const n=Number(process.argv[3]??8);
const hard=Number(process.argv[4]??1);
mkdirSync("/tmp/cam/out",{recursive:true});
let right=0,exp=0,wrong=0,ms=0;
for(let i=0;i<n;i++){
  const card=drawnCard(random,inventedNumber(random));
  const look=drawnLook(random,hard);
  const file=await studio.paint(card,look,"image/jpeg");
  const picture=await studio.open(file,1600);
  const t=performance.now();
  const seen:string[]=[];
  const spy={...models,async recognise(p:Float32Array,w:number,h:number){const t=await models.recognise(p,w,h);const {readSigns}=await import("../../web/scan/decode.ts");const s=readSigns(t,models.alphabet);seen.push(s.map(x=>x.text).join("")+`(${w};${Math.min(...s.map(x=>x.sure)).toFixed(2)})`);return t;}};
  const reading=await readCard(picture,spy);
  ms+=performance.now()-t;
  const got=reading.number?.digits;
  const hit=got===card.number;
  if(hit)right++; else if(got) wrong++;
  if(reading.expiry===card.expiry)exp++;
  if(!hit||reading.expiry!==card.expiry){console.log(i,hit?"ok":"--",got,card.grouped,card.expiry,reading.expiry,card.print.font,card.print.look,`blur ${look.blurPx.toFixed(1)} mot ${look.motionPx.toFixed(1)} noise ${look.noise.toFixed(0)} light ${look.light.toFixed(2)} glare ${look.glare.toFixed(2)} scale ${look.scale.toFixed(2)} ${card.print.ink} ${card.art.from}`,"\n   ",seen.join(" | "));
  if(!hit){writeFileSync(`/tmp/cam/out/bad${i}.png`,await studio.paint(card,look,"image/png"));}}
}
console.log({n,right,exp,wrong,ms:Math.round(ms/n)});
await studio.close();process.exit(0);
