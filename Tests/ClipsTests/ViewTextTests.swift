import Clips
import Testing

struct ViewTextTests {
  @Test func readsWhatItWrites() {
    for flip in [false, true] {
      for crop in [View.Crop.whole, .square(0), .square(2), .rest] {
        for position in [View.Position.keyFrame, .part(3, of: 10), .onward] {
          for model in [0, 1, 11] {
            let view = View(shortSide: 256, flip: flip, crop: crop, position: position, model: model)
            #expect(View(view.description) == view)
          }
        }
      }
    }
    for text in [
      "", "x", "-3", "0", "256 ", "256 flop", "256 square", "256 part 3", "256 part 3 of", "256 flip flip", "256 model",
      "256 model 1", "256 model 2 flip",
    ] {
      #expect(View(text) == nil, "\(text)")
    }
  }
}
