import Testing
import Wording

@Suite struct NearestTests {
  private let keys = ["DATA.NUM_FRAMES", "DATA.SAMPLING_RATE", "MODEL.NUM_CLASSES", "TEST.BATCH_SIZE"]

  @Test func findsTheLikelyWord() {
    #expect(nearest(to: "DATA.NUM_FRAME", among: keys) == "DATA.NUM_FRAMES")
    #expect(nearest(to: "data.sampling_rte", among: keys) == "DATA.SAMPLING_RATE")
    #expect(nearest(to: "MODEL.CLASSES", among: keys) == "MODEL.NUM_CLASSES")
  }

  /// One edit each, and what is two edits without swaps.
  @Test(arguments: ["kernel", "kernells", "kernes", "kernesl", "ekrnels", "KERNELS", "kernels"])
  func allowsEveryKindOfEdit(_ word: String) {
    #expect(nearest(to: word, among: ["threads", "kernels", "convolution"]) == "kernels")
  }

  /// The one that costs fewer edits is taken, whatever its place.
  @Test func countsEdits() {
    #expect(nearest(to: "abcdef", among: ["abcxyf", "abcxef"]) == "abcxef")
    #expect(nearest(to: "abcdef", among: ["abdcef", "abxyef"]) == "abdcef")
    // A swap is one edit; two substitutions would lose to one insertion.
    #expect(nearest(to: "abcdef", among: ["badcfe", "abcdefg"]) == "abcdefg")
    #expect(nearest(to: "abcd", among: ["abdc", "abcxx"]) == "abdc")
  }

  @Test func takesTheFirstOfEquals() {
    #expect(nearest(to: "cat", among: ["bat", "rat"]) == "bat")
    #expect(nearest(to: "cat", among: ["rat", "bat"]) == "rat")
  }

  @Test func findsAllThatAreAsNear() {
    #expect(allNearest(to: "cat", among: ["rat", "cart", "dog", "bat"]) == ["rat", "cart", "bat"])
    #expect(allNearest(to: "cart", among: ["rat", "cart", "bat"]) == ["cart"])
    // As many edits may be too many for the shorter of two.
    #expect(allNearest(to: "abcdef", among: ["abc", "abcxyz"]) == ["abcxyz"])
    #expect(allNearest(to: "weights", among: ["boxes"]).isEmpty)
  }

  @Test func keepsQuietWhenNothingIsLike() {
    #expect(nearest(to: "weights", among: ["threads", "boxes"]) == nil)
    #expect(nearest(to: "weights", among: [String]()) == nil)
    #expect(nearest(to: "", among: ["weights"]) == nil)
    // Two edits turn any two letters into any others: that says nothing.
    #expect(nearest(to: "ab", among: ["xy"]) == nil)
    #expect(nearest(to: "q", among: ["x", "xy"]) == nil)
    #expect(nearest(to: "ab", among: ["ax"]) == "ax")
  }

  @Test func copesWithAnyText() {
    #expect(nearest(to: "größe", among: ["grösse", "große"]) == "große")
    #expect(nearest(to: "👩‍👩‍👧x", among: ["👩‍👩‍👧y"]) == "👩‍👩‍👧y")
  }

  /// Edits are the same in both directions, so of two words each is the other's nearest or neither is.
  @Test func isSymmetric() {
    let words = ["", "a", "ab", "ba", "abc", "acb", "bca", "cab", "abcd", "badc", "abcdefgh", "bacdefhg", "stage"]
    for a in words {
      for b in words {
        #expect((nearest(to: a, among: [b]) == b) == (nearest(to: b, among: [a]) == a), "'\(a)' and '\(b)'")
      }
    }
  }
}
