internal import Tensors

extension ConvolutionShape {
  /// Reads what ``description`` writes, such as "64->64 1x3x3 pad 0x1x1"; nil for anything else.
  public init?(_ text: String) {
    let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    let channels = words[0].split(separator: "->", omittingEmptySubsequences: false).compactMap { Self.number($0) }
    guard words.count >= 2, channels.count == 2, let kernel = Extent3(words[1]) else { return nil }
    var (stride, padding, after, dilation, groups) = (Extent3.one, Extent3.zero, Extent3?.none, Extent3.one, 1)
    var rest = words.dropFirst(2)
    while let name = rest.popFirst() {
      guard let value = rest.popFirst() else { return nil }
      if name == "groups" {
        guard let count = Self.number(value) else { return nil }
        groups = count
        continue
      }
      guard let extent = Extent3(value) else { return nil }
      switch name {
      case "stride": stride = extent
      case "pad": padding = extent
      case "and": after = extent
      case "dilation": dilation = extent
      default: return nil
      }
    }
    let least = [kernel, stride, dilation].flatMap { [$0.t, $0.h, $0.w] } + channels + [groups]
    guard least.allSatisfy({ $0 > 0 }), channels.allSatisfy({ $0 % groups == 0 }) else { return nil }
    self.init(
      channels[0], channels[1], kernel: kernel, stride: stride, padding: padding, paddingAfter: after,
      dilation: dilation,
      groups: groups)
    // Other orders, names that come twice, and signs or zeros before numbers.
    if description != text { return nil }
  }

  /// A number that no product of a few overflows with.
  fileprivate static func number(_ text: some StringProtocol) -> Int? {
    Int(text).flatMap { 0...65_536 ~= $0 ? $0 : nil }
  }
}

extension Extent3 {
  /// Reads "1x3x3".
  fileprivate init?(_ text: String) {
    let numbers = text.split(separator: "x", omittingEmptySubsequences: false).compactMap {
      ConvolutionShape.number($0)
    }
    guard numbers.count == 3, text.split(separator: "x", omittingEmptySubsequences: false).count == 3 else {
      return nil
    }
    self.init(numbers[0], numbers[1], numbers[2])
  }
}
