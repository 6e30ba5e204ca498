import Augmentation
import Clips
import Geometry
import Imaging
import TestSupport
import Testing

@Suite struct AugmentationPipelineTests {
  private let images = drawnImages(4, width: 40, height: 30, seed: 1)
  private let boxes = [
    UnitBox(x1: 0.1, y1: 0.2, x2: 0.5, y2: 0.9), UnitBox(x1: -0.2, y1: 0, x2: 1.3, y2: 1),
    UnitBox(x1: 0, y1: 0, x2: 0.05, y2: 0.05),
  ]

  private func ava(_ backend: Preprocessing.Backend, isFlipped: Bool = true) throws -> AugmentationPipeline {
    try .ava(
      backend: backend, jitter: 26...34, crop: 24, isFlipped: isFlipped, colour: .all(PCALighting()),
      mean: [0.4, 0.5, 0.6], std: [0.2, 0.25, 0.3], order: .rgb)
  }

  private func clips(_ sampling: AugmentationPipeline.SpatialSampling, crop: Int = 24) throws -> AugmentationPipeline {
    try .clips(
      randAugment: RandAugment("rand-m7-n4-mstd0.5-inc1"), sampling: sampling, isFlipped: true,
      mean: [0.4, 0.5, 0.6], std: [0.2, 0.25, 0.3], erasing: RandomErasing(probability: 1, filling: .const), order: .bgr
    )
  }

  @Test("Nothing but a division by 255, boxes in pixels, clipped, and the channels' order")
  func empty() {
    var draws = FixedDraws(place: 0.5)
    let clip = AugmentationPipeline(bytes: [], floats: [], order: .rgb).prepare(images, boxes: boxes, &draws)
    #expect(clip.order == .rgb && draws.count == 0)
    #expect(difference(clip.frames[3].turned.pixels, images[3].pixels.map { Float($0) / 255 }, .exact) == nil)
    #expect(clip.boxes[1] == PixelBox(x1: 0, y1: 0, x2: 39, y2: 29))
  }

  @Test(
    "AVA's frames are squares, and every box is inside, those that the crop lost too",
    arguments: Preprocessing.Backend.ofAVA)
  func squares(backend: Preprocessing.Backend) throws {
    var lost = 0
    for index in 0..<30 {
      var draws = SeededDraws(seed: 1, epoch: 0, index: index)
      let clip = try ava(backend).prepare(images, boxes: boxes, &draws)
      #expect(clip.frames.count == 4 && clip.size == ImageSize(width: 24, height: 24) && clip.order == .rgb)
      #expect(clip.boxes.count == 3)
      for box in clip.boxes {
        #expect([box.x1, box.x2, box.y1, box.y2].allSatisfy { (0...23).contains($0) })
        #expect(box.x1 <= box.x2 && box.y1 <= box.y2)
      }
      if clip.boxes[2].x1 == clip.boxes[2].x2 || clip.boxes[2].y1 == clip.boxes[2].y2 { lost += 1 }
    }
    #expect(lost > 3)
  }

  @Test("The same sample of the same epoch is the same clip, whatever was prepared before")
  func reproducible() throws {
    let pipeline = try clips(.resizedCrop(RandomResizedCrop(24)))
    func pixels(_ index: Int) -> [Float] {
      var draws = SeededDraws(seed: 9, epoch: 3, index: index)
      return pipeline.prepare(images, &draws).frames.flatMap(\.pixels)
    }
    let forward = (0..<6).map(pixels)
    let backward = (0..<6).reversed().map(pixels)
    #expect(forward == backward.reversed())
    #expect(Set(forward.map { $0[100] }).count > 3)
  }

  @Test("Only AVA's OpenCV back end goes by RANDOM_FLIP")
  func flips() throws {
    func count(_ backend: Preprocessing.Backend, _ isFlipped: Bool) throws -> Int {
      let pipeline = try AugmentationPipeline.ava(
        backend: backend, jitter: 24...24, crop: 24, isFlipped: isFlipped, colour: .none, mean: [0, 0, 0],
        std: [1, 1, 1], order: .bgr)
      return (0..<40).count { index in
        var draws = SeededDraws(seed: 1, epoch: 0, index: index)
        // The box of the left edge is at the right one when it was mirrored.
        return pipeline.prepare(
          Array(repeating: drawnImages(1, width: 24, height: 24, seed: 2)[0], count: 1),
          boxes: [UnitBox(x1: 0, y1: 0, x2: 0.1, y2: 1)], &draws
        ).boxes[0].x1 > 0
      }
    }
    #expect(try count(.cv2, false) == 0)
    #expect((10...30).contains(try count(.cv2, true)))
    #expect((10...30).contains(try count(.pytorch, false)))
  }

  @Test("Clips of whole videos: operations on bytes, normalised, resized, cut, mirrored, erased, turned")
  func order() throws {
    let (jitter, crop) = (ShortSideJitter(26...34, isInverse: false), RandomCrop(24))
    let rgb = images.map { Image(size: $0.size, order: .rgb, pixels: $0.pixels) }
    var draws = SeededDraws(seed: 2, epoch: 0, index: 8)
    let found = try clips(.jitter(jitter, crop)).prepare(rgb, &draws)
    draws = SeededDraws(seed: 2, epoch: 0, index: 8)
    var bytes = Clip(frames: rgb)
    try RandAugment("rand-m7-n4-mstd0.5-inc1").apply(to: &bytes, &draws)
    var clip = Clip(frames: bytes.frames.map { FloatImage($0) })
    ColourNormalisation(mean: [0.4, 0.5, 0.6], std: [0.2, 0.25, 0.3]).apply(to: &clip, &draws)
    jitter.apply(to: &clip, &draws)
    crop.apply(to: &clip, &draws)
    HorizontalFlip().apply(to: &clip, &draws)
    try RandomErasing(probability: 1, filling: .const).apply(to: &clip, &draws)
    #expect(found.order == .bgr && found.size == ImageSize(width: 24, height: 24))
    for (a, b) in zip(found.frames, clip.frames) { #expect(difference(a.turned.pixels, b.pixels, .exact) == nil) }
    // What was erased is zero after the normalisation.
    #expect(found.frames[0].pixels.count { $0 == 0 } > 20)
  }

  @Test("A crop that the shortest short side does not hold is refused")
  func refused() {
    let fault = AugmentationError(
      doing: "setting up augmentation",
      found: "DATA.TRAIN_CROP_SIZE is 24, expected 1 to 20: short sides may be as short as DATA.TRAIN_JITTER_SCALES "
        + "[20, 34] says", advice: "set DATA.TRAIN_JITTER_SCALES to lengths from the crop on, as [256, 320] for 224")
    #expect(throws: fault) {
      try AugmentationPipeline.ava(
        backend: .cv2, jitter: 20...34, crop: 24, isFlipped: true, colour: .none, mean: [0, 0, 0], std: [1, 1, 1],
        order: .rgb)
    }
    #expect(throws: fault) { try clips(.jitter(ShortSideJitter(20...34, isInverse: true), RandomCrop(24))) }
  }
}
