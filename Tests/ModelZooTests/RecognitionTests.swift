import Configuration
import ModelZoo
import Testing

/// What is said of a file that holds a family's network.
@Suite struct RecognitionTests {
  @Test func aRemarkGoesOnceItsKeysAreKnown() {
    var network = Recognition("A")
    network.remark("SLOWFAST.ALPHA is of no key")
    network.remark(
      "two are left open", leavingOpen: Key.slowfastAlpha.name, Key.dataNumFrames.name)
    network.set(.resnetDepth, "50")
    network.set(.slowfastAlpha, "4")
    #expect(network.remarks.map(\.text) == ["SLOWFAST.ALPHA is of no key", "two are left open"])
    network.set(.dataNumFrames, "8")
    #expect(network.remarks.map(\.text) == ["SLOWFAST.ALPHA is of no key"])
    network.remark("one is left open", leavingOpen: Key.slowfastAlpha.name)
    network.settle(.dataNumFrames)
    #expect(network.remarks.count == 2)
    network.settle(.slowfastAlpha)
    #expect(network.remarks.count == 1 && network.value(.slowfastAlpha) == "4" && network.value(.nonlocalPool) == nil)
  }
}
