/// Renames a Caffe2 blob as PySlowFast's models name the tensor.
///
/// Every rule of the table is tried once, in order, on what the ones before it made.
public func caffe2ToModelName(_ blob: String) -> String {
  var name = Array(blob.utf8)
  for rule in rules { name = rule.apply(name) }
  return String(decoding: name, as: UTF8.self)
}

/// One renaming.
///
/// Patterns: `^` the name's beginning, `#` digits, `@` a small letter, `*` anything (as long as possible), `?` any
/// one character, `~` a point or underscore; the others stand for themselves. `#`, `@` and `*` capture. A pattern
/// reaches to the end of the name. In the replacement `$1` is the first capture.
private struct NameRule: Sendable {
  private let pattern: [UInt8]
  private let isAnchored: Bool
  private let replacement: [UInt8]

  init(_ pattern: String, _ replacement: String) {
    isAnchored = pattern.hasPrefix("^")
    self.pattern = Array(pattern.utf8.dropFirst(isAnchored ? 1 : 0))
    self.replacement = Array(replacement.utf8)
  }

  func apply(_ name: [UInt8]) -> [UInt8] {
    // What begins with "*" would not match later either.
    let isFixed = isAnchored || pattern[0] == UInt8(ascii: "*")
    for start in 0...(isFixed ? 0 : name.count) {
      // Cheap look before the real one: most rules begin with a literal.
      if isLiteral(pattern[0]), start < name.count, name[start] != pattern[0] { continue }
      var captures: [Range<Int>] = []
      if match(name, start, 0, &captures) { return Array(name[..<start]) + filled(name, captures) }
    }
    return name
  }

  private func isLiteral(_ symbol: UInt8) -> Bool { !"#@*?~".utf8.contains(symbol) }

  private func match(_ name: [UInt8], _ position: Int, _ symbol: Int, _ captures: inout [Range<Int>]) -> Bool {
    if symbol == pattern.count { return position == name.count }
    switch pattern[symbol] {
    case UInt8(ascii: "*"): return matchLongest(name, position..<name.count, least: 0, symbol, &captures)
    case UInt8(ascii: "#"):
      let end = name[position...].firstIndex { !isDigit($0) } ?? name.count
      return matchLongest(name, position..<end, least: 1, symbol, &captures)
    case UInt8(ascii: "@"):
      guard position < name.count, (0x61...0x7a).contains(name[position]) else { return false }
      return matchLongest(name, position..<position + 1, least: 1, symbol, &captures)
    case let literal:
      guard position < name.count else { return false }
      let byte = name[position]
      let fits =
        literal == UInt8(ascii: "?")
        || (literal == UInt8(ascii: "~") ? byte == 0x2e || byte == 0x5f : byte == literal)
      return fits && match(name, position + 1, symbol + 1, &captures)
    }
  }

  /// Tries a capture of all of `range`, then ever shorter ones.
  private func matchLongest(
    _ name: [UInt8], _ range: Range<Int>, least: Int, _ symbol: Int, _ captures: inout [Range<Int>]
  ) -> Bool {
    // A last "*" takes the rest.
    let isLast = symbol + 1 == pattern.count
    var length = range.count
    while length >= least {
      captures.append(range.lowerBound..<range.lowerBound + length)
      if match(name, range.lowerBound + length, symbol + 1, &captures) { return true }
      captures.removeLast()
      if isLast { return false }
      length -= 1
    }
    return false
  }

  private func filled(_ name: [UInt8], _ captures: [Range<Int>]) -> [UInt8] {
    var result: [UInt8] = []
    var rest = replacement[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "$"), let digit = rest.popFirst() {
        result += name[captures[Int(digit) - 0x31]]
      } else {
        result.append(byte)
      }
    }
    return result
  }

  private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}

private let rules: [NameRule] = [
  // Non-local blocks.
  NameRule("^nonlocal_conv#_#_*", "s$1.pathway0_nonlocal$2_$3"),
  NameRule("^*_nonlocal#_theta*", "$1_nonlocal$2.conv_theta$3"),
  NameRule("^*_nonlocal#_g*", "$1_nonlocal$2.conv_g$3"),
  NameRule("^*_nonlocal#_phi*", "$1_nonlocal$2.conv_phi$3"),
  NameRule("^*_nonlocal#_out*", "$1_nonlocal$2.conv_out$3"),
  NameRule("^*_nonlocal#_bn_*", "$1_nonlocal$2.bn.$3"),
  // Lateral connections, named after the block they leave from: before that block's own rules.
  NameRule("^t_pool1_subsample_bn_*", "s1_fuse.bn.$1"),
  NameRule("^t_pool1_subsample_*", "s1_fuse.conv_f2s.$1"),
  NameRule("^t_res#_#_branch2c_bn_subsample_bn_*", "s$1_fuse.bn.$3"),
  NameRule("^t_res#_#_branch2c_bn_subsample_*", "s$1_fuse.conv_f2s.$3"),
  // Slow or only pathway.
  NameRule("^res#_#_branch#@_*", "s$1.pathway0_res$2.branch$3.$4_$5"),
  NameRule("^res_conv1_bn_*", "s1.pathway0_stem.bn.$1"),
  NameRule("^conv1_xy*", "s1.pathway0_stem.conv_xy$1"),
  NameRule("^conv1_*", "s1.pathway0_stem.conv.$1"),
  NameRule("^res#_#_branch#_*", "s$1.pathway0_res$2.branch$3_$4"),
  NameRule("^res_conv1_*", "s1.pathway0_stem.conv.$1"),
  // Fast pathway.
  NameRule("^t_res#_#_branch#@_*", "s$1.pathway1_res$2.branch$3.$4_$5"),
  NameRule("^t_res_conv1_bn_*", "s1.pathway1_stem.bn.$1"),
  NameRule("^t_conv1_*", "s1.pathway1_stem.conv.$1"),
  NameRule("^t_res#_#_branch#_*", "s$1.pathway1_res$2.branch$3_$4"),
  NameRule("^t_res_conv1_*", "s1.pathway1_stem.conv.$1"),
  // Heads, and X3D's squeeze-and-excitation.
  NameRule("pred_*", "head.projection.$1"),
  NameRule("*b_bn_fc*", "$1se.fc$2"),
  NameRule("conv_5*", "head.conv_5$1"),
  NameRule("lin_5*", "head.lin_5$1"),
  // Last words.
  NameRule("*bn?b", "$1bn.bias"),
  NameRule("*bn?s", "$1bn.weight"),
  NameRule("*bn?rm", "$1bn.running_mean"),
  NameRule("*bn?riv", "$1bn.running_var"),
  NameRule("*~b", "$1.bias"),
  NameRule("*~w", "$1.weight"),
]
