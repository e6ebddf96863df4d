import { err, ok } from "#protocol/bytes";
import { FRAME_ASPECT, GUIDE_SHARE, TURNS } from "../scan/guide.ts";
import type { Picture } from "../scan/picture.ts";
import type { Camera, CameraFault, LiveCamera } from "../scan/ports.ts";

const FRAME_WIDTH = 896;
const FAULTS: Readonly<Record<string, CameraFault>> = {
  NotAllowedError: "refused",
  SecurityError: "refused",
  NotReadableError: "busy",
  AbortError: "busy",
};

/** The camera at the back, where there is one. */
export const camera: Camera = {
  async open(onLost) {
    // Absent where the page has no secure address.
    const devices: MediaDevices | undefined = navigator.mediaDevices;
    if (devices === undefined) return err("none");
    try {
      const video = { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } };
      return ok(live(await devices.getUserMedia({ video, audio: false }), onLost));
    } catch (error) {
      return err(FAULTS[error instanceof DOMException ? error.name : ""] ?? "none");
    }
  },
};

function live(stream: MediaStream, onLost: () => void): LiveCamera {
  const track = stream.getVideoTracks()[0]!;
  track.addEventListener("ended", onLost);
  const canvas = new OffscreenCanvas(FRAME_WIDTH, Math.round(FRAME_WIDTH / FRAME_ASPECT));
  const pen = canvas.getContext("2d", { willReadFrequently: true })!;
  let shown: HTMLVideoElement | undefined;
  const hasTorch = (track.getCapabilities?.() as { torch?: boolean } | undefined)?.torch === true;
  return {
    show(video) {
      shown = video;
      video.srcObject = stream;
      // A browser that wants a touch first shows its own button.
      video.play().catch(() => {});
    },
    grab(turn) {
      if (shown === undefined || shown.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return undefined;
      const { x, y, width, height } = partInGuide(shown, TURNS[turn % TURNS.length]!);
      pen.imageSmoothingQuality = "high";
      pen.drawImage(shown, x, y, width, height, 0, 0, canvas.width, canvas.height);
      const { data }: Picture = pen.getImageData(0, 0, canvas.width, canvas.height);
      pen.clearRect(0, 0, canvas.width, canvas.height);
      return { width: canvas.width, height: canvas.height, data };
    },
    ...(hasTorch ? { torch: (on: boolean) => switchTorch(track, on) } : {}),
    close() {
      track.removeEventListener("ended", onLost);
      for (const one of stream.getTracks()) one.stop();
      if (shown !== undefined) shown.srcObject = null;
    },
  };
}

/** The guide and a rim around it, in the video's own pixels; the element shows the middle of the video, cut to fit. */
function partInGuide(video: HTMLVideoElement, rim: number) {
  const { videoWidth, videoHeight, clientWidth, clientHeight } = video;
  const scale = Math.max(clientWidth / videoWidth, clientHeight / videoHeight) || 1;
  const wanted = ((clientWidth || videoWidth) * GUIDE_SHARE * rim) / scale;
  const width = Math.min(wanted, videoWidth, videoHeight * FRAME_ASPECT);
  const height = width / FRAME_ASPECT;
  return { x: (videoWidth - width) / 2, y: (videoHeight - height) / 2, width, height };
}

async function switchTorch(track: MediaStreamTrack, on: boolean): Promise<void> {
  const wish = { advanced: [{ torch: on }] } as unknown as MediaTrackConstraints;
  await track.applyConstraints(wish).catch(() => {});
}
