import Augmentation
import Geometry
import Imaging
import TestSupport
import Testing

@Suite struct RandAugmentTests {
  /// One operation for certain, of a magnitude, with its sign.
  private func applied(
    _ operation: PictureOperation, _ magnitude: Double, isNegative: Bool = false, to image: Image,
    _ interpolation: RandAugment.Interpolation = .bicubic
  ) -> Image {
    var augment = RandAugment(
      operations: [operation], count: 1, magnitude: magnitude, interpolation: interpolation)
    augment.probability = 1
    var (clip, draws) = (Clip(frames: [image]), FixedDraws(place: isNegative ? 0.9 : 0.1))
    augment.apply(to: &clip, &draws)
    return clip.frames[0]
  }

  private let picture = drawnImages(1, width: 11, height: 8, seed: 1, order: .rgb)[0]

  private func image(_ pixels: [UInt8], width: Int) -> Image {
    Image(size: ImageSize(width: width, height: pixels.count / 3 / width), order: .rgb, pixels: pixels)
  }

  @Test("Operations that do nothing at these strengths")
  func nothing() {
    let still: [(PictureOperation, Double)] = [
      (.rotate, 0), (.shearX, 0), (.shearY, 0), (.translateX, 0), (.translateY, 0), (.translateXRelative, 0),
      (.translateYRelative, 0), (.solarize, 10), (.solarizeIncreasing, 0), (.solarizeAdd, 0), (.posterizeOriginal, 10),
      (.colour, 5), (.contrast, 5), (.brightness, 5), (.sharpness, 5), (.colourIncreasing, 0),
      (.contrastIncreasing, 0), (.brightnessIncreasing, 0), (.sharpnessIncreasing, 0),
    ]
    for (operation, magnitude) in still {
      for interpolation in [RandAugment.Interpolation.bilinear, .bicubic] {
        let found = applied(operation, magnitude, to: picture, interpolation)
        #expect(difference(found.pixels, picture.pixels) == nil, "\(operation.name)")
      }
    }
  }

  @Test func twoInversionsAreNone() {
    let once = applied(.invert, 3, to: picture)
    #expect(once.pixels == picture.pixels.map { 255 - $0 })
    #expect(applied(.invert, 3, to: once).pixels == picture.pixels)
    #expect(applied(.solarize, 0, to: picture).pixels == once.pixels)
  }

  @Test("Every operation takes pictures of one pixel and of one colour, and keeps the latter where it only spreads")
  func degenerate() {
    #expect(PictureOperation.all.count == 24 && Set(PictureOperation.all.map(\.name)).count == 24)
    let flat = image([UInt8](repeating: 90, count: 60), width: 5)
    for operation in PictureOperation.all {
      for isNegative in [false, true] {
        #expect(applied(operation, 7, isNegative: isNegative, to: image([9, 80, 200], width: 1)).pixels.count == 3)
        #expect(applied(operation, 7, isNegative: isNegative, to: flat).pixels.count == 60)
      }
    }
    for operation in [PictureOperation.autoContrast, .equalize, .colour, .contrast, .sharpness] {
      #expect(applied(operation, 9, to: flat).pixels == flat.pixels, "\(operation.name)")
    }
  }

  @Test("Levels by hand")
  func levels() {
    // Each channel apart: 10 to 61 becomes 0 to 255, of which 5 levels are one.
    let image = image([10, 0, 7, 27, 128, 7, 61, 255, 7], width: 3)
    #expect(applied(.autoContrast, 0, to: image).pixels == [0, 0, 7, 85, 128, 7, 255, 255, 7])
    #expect(applied(.posterizeOriginal, 0, to: self.image([0xff, 0x8f, 0x1f], width: 1)).pixels == [0xf0, 0x80, 0x10])
    #expect(applied(.posterize, 0, to: picture).pixels.allSatisfy { $0 == 0 })
    // The threshold is 128 at half the strength; 55 are added.
    let two = self.image([127, 128, 200], width: 1)
    #expect(applied(.solarize, 5, to: two).pixels == [127, 127, 55])
    #expect(applied(.solarizeAdd, 5, to: two).pixels == [182, 128, 200])
  }

  @Test("Two levels that are equally frequent: the first goes to half a step, the second to all levels before it")
  func equalize() {
    let pixels: [UInt8] = (0..<1020).flatMap { (index: Int) -> [UInt8] in
      [index < 510 ? 30 : 31, 5, UInt8(index % 4)]
    }
    let found = applied(.equalize, 0, to: image(pixels, width: 34)).pixels
    // Step (1020 - 510) / 255 = 2: 1 / 2 = 0, and (1 + 510) / 2 = 255.
    #expect(found[0] == 0 && found[510 * 3] == 255 && found[1] == 5)
    // Step (1020 - 255) / 255 = 3: 0, 85, 170, 255.
    #expect([found[2], found[5], found[8], found[11]] == [0, 85, 170, 255])
  }

  @Test("Enhancing by hand")
  func enhancing() {
    // 0.1 of the picture: 20 of 200 and 0.1 of the way from the mean grey.
    #expect(applied(.brightness, 0, to: image([200, 100, 9], width: 1)).pixels == [20, 10, 0])
    #expect(applied(.brightness, 10, to: image([200, 100, 10], width: 1)).pixels == [255, 190, 19])
    // Red of 100 is a grey of 29.9, rounded; twice as much colour less 0.1.
    #expect(applied(.colour, 10, to: image([100, 0, 0], width: 1)).pixels == [163, 0, 0])
    // A bright pixel among dark ones: 13 x 5 / 13, its neighbours 13 / 13.
    var pixels = [UInt8](repeating: 0, count: 75)
    for channel in 0..<3 { pixels[36 + channel] = 130 }
    let smooth = applied(.sharpness, 0, to: image(pixels, width: 5)).pixels
    // 0.1 of the way from 50 to 130, and from 10 to 0; the border stays.
    #expect(smooth[36] == 58 && smooth[33] == 9 && smooth[0] == 0)
  }

  @Test(
    "A shift by whole pixels moves them, and leaves grey behind",
    arguments: [RandAugment.Interpolation.bilinear, .bicubic])
  func shift(interpolation: RandAugment.Interpolation) {
    var augment = RandAugment(operations: [.translateX], count: 1, magnitude: 10, interpolation: interpolation)
    augment.probability = 1
    augment.distance = 3
    var (clip, draws) = (Clip(frames: [picture]), FixedDraws(place: 0.1))
    augment.apply(to: &clip, &draws)
    for y in 0..<8 {
      let row = y * 33
      #expect(clip.frames[0].pixels[row..<row + 24] == picture.pixels[row + 9..<row + 33])
      #expect(clip.frames[0].pixels[row + 24..<row + 33].allSatisfy { $0 == 128 })
    }
  }

  @Test("Moving a mirrored picture the other way is the mirrored moved picture")
  func mirrored() {
    for operation in [PictureOperation.rotate, .translateXRelative, .shearX] {
      let moved = applied(operation, 6, to: picture).mirrored().pixels
      let other = applied(operation, 6, isNegative: true, to: picture.mirrored()).pixels
      #expect(zip(moved, other).allSatisfy { abs(Int($0) - Int($1)) <= 1 }, "\(operation.name)")
    }
  }

  @Test func orderOfChannels() {
    let turned = Image(
      size: picture.size, order: .bgr, pixels: picture.pixels.indices.map { picture.pixels[$0 - $0 % 3 + 2 - $0 % 3] })
    for operation in PictureOperation.all {
      let (a, b) = (applied(operation, 8, to: picture).pixels, applied(operation, 8, to: turned).pixels)
      #expect(difference(a, b.indices.map { b[$0 - $0 % 3 + 2 - $0 % 3] }) == nil, "\(operation.name)")
    }
  }

  @Test("All frames get the same, unless their interpolation is drawn")
  func frames() throws {
    let start = Clip(frames: [Image](repeating: picture, count: 6))
    var differing = 0
    for index in 0..<40 {
      var (clip, draws) = (start, SeededDraws(seed: 1, epoch: 0, index: index))
      try RandAugment("rand-m9-n3-mstd0.5-inc1").apply(to: &clip, &draws)
      #expect(clip.frames.allSatisfy { $0.pixels == clip.frames[0].pixels })
      (clip, draws) = (start, SeededDraws(seed: 1, epoch: 0, index: index))
      try RandAugment("rand-m9-n3-mstd0.5-inc1", interpolation: "random").apply(to: &clip, &draws)
      if clip.frames.contains(where: { $0.pixels != clip.frames[0].pixels }) { differing += 1 }
    }
    #expect(differing > 5, "\(differing)")
  }

  @Test("With w0 pictures are never inverted nor reduced")
  func weights() throws {
    let augment = try RandAugment("rand-n13-w0")
    #expect(abs((augment.weights ?? []).reduce(0, +) - 1) < 1e-12)
    var draws = SeededDraws(seed: 1, epoch: 0, index: 0)
    let names = draws.choice(13, of: 15, weights: augment.weights).map { augment.operations[$0].name }
    #expect(Set(names).count == 13 && !names.contains("Invert") && !names.contains("Posterize"))
  }

  @Test(
    "What is not understood is said",
    arguments: [
      (
        "augmix-m3",
        "it begins with 'augmix', expected 'rand': no other kind of automatic augmentation is known -> "
          + "write it as rand-m7-n4-mstd0.5-inc1, or leave it empty for none"
      ),
      (
        "",
        "it begins with '', expected 'rand': no other kind of automatic augmentation is known -> "
          + "write it as rand-m7-n4-mstd0.5-inc1, or leave it empty for none"
      ),
      (
        "rand-msd0.5",
        "'msd0.5' is no setting of it, expected a number after m (magnitude), n (operations), mstd (standard "
          + "deviation of the magnitude), inc (increasing operations) or w (probabilities) -> leave 'msd0.5' out, or "
          + "write 'mstd0.5'"
      ),
      ("rand-m-n2", "'m' has no number -> write it as m7"),
      ("rand-m7.5", "'7.5' after 'm' is no whole number -> write it as m7"),
      ("rand-mstd0.5x", "'0.5x' after 'mstd' is no number -> write it as mstd0.5"),
      ("rand-w1", "'w1' names probabilities, of which there are w0 only -> write w0, or leave it out"),
      ("rand-n3-n4", "'n' is there twice -> leave one of them out"),
      ("rand-n101", "'n101' draws 101 operations, expected 100 at most -> write it as n4"),
      (
        "rand-n14-w0",
        "n14 draws 14 operations without putting them back, but w0 gives only 13 a probability -> write n13 or "
          + "less, or leave w0 out"
      ),
    ])
  func refused(text: String, expected: String) {
    do {
      _ = try RandAugment(text)
      Issue.record("'\(text)' was taken")
    } catch { #expect(difference("\(error)", "reading AUG.AA_TYPE '\(text)': \(expected)") == nil) }
  }

  @Test func unknownInterpolation() {
    #expect(
      throws: AugmentationError(
        doing: "reading AUG.INTERPOLATION", found: "'bicubik', expected bilinear, bicubic or random",
        advice: "set AUG.INTERPOLATION bicubic")
    ) { try RandAugment("rand", interpolation: "bicubik") }
  }
}
