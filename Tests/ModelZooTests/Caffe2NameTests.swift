import ModelZoo
import Tensors
import Testing

@Suite struct Caffe2NameTests {
  /// Names that the reference's own conversion was run on.
  static let samples: [(blob: String, name: String)] = [
    ("conv1_w", "s1.pathway0_stem.conv.weight"), ("res_conv1_bn_riv", "s1.pathway0_stem.bn.running_var"),
    ("res4_5_branch2a_bn_riv", "s4.pathway0_res5.branch2.a_bn.running_var"),
    ("res2_0_branch1_bn_s", "s2.pathway0_res0.branch1_bn.weight"),
    ("t_res4_22_branch2c_bn_subsample_bn_riv", "s4_fuse.bn.running_var"),
    ("t_pool1_subsample_w", "s1_fuse.conv_f2s.weight"),
    ("nonlocal_conv4_6_theta_b", "s4.pathway0_nonlocal6.conv_theta.bias"),
    ("nonlocal_conv4_6_bn_s", "s4.pathway0_nonlocal6.bn.weight"), ("pred_b", "head.projection.bias"),
    ("res2_0_branch2b_bn_fc1_w", "s2.pathway0_res0.branch2.se.fc1.weight"), ("conv_5_bn_s", "head.conv_5_bn.weight"),
    ("conv1_w_momentum", "s1.pathway0_stem.conv.w_momentum"),
  ]

  @Test(arguments: samples) func verifiedSamples(_ blob: String, _ name: String) {
    #expect(caffe2ToModelName(blob) == name)
  }

  /// The same rules as regular expressions for another engine.
  nonisolated(unsafe) static let expressions: [(Regex<AnyRegexOutput>, String)] = {
    var rows = [(#"^nonlocal_conv([0-9]+)_([0-9]+)_(.*)"#, #"s\1.pathway0_nonlocal\2_\3"#)]
    for part in ["theta", "g", "phi", "out"] {
      rows.append((#"^(.*)_nonlocal([0-9]+)_("# + part + #")(.*)"#, #"\1_nonlocal\2.conv_\3\4"#))
    }
    rows += [
      (#"^(.*)_nonlocal([0-9]+)_(bn)_(.*)"#, #"\1_nonlocal\2.\3.\4"#),
      (#"^t_pool1_subsample_bn_(.*)"#, #"s1_fuse.bn.\1"#), (#"^t_pool1_subsample_(.*)"#, #"s1_fuse.conv_f2s.\1"#),
      (#"^t_res([0-9]+)_([0-9]+)_branch2c_bn_subsample_bn_(.*)"#, #"s\1_fuse.bn.\3"#),
      (#"^t_res([0-9]+)_([0-9]+)_branch2c_bn_subsample_(.*)"#, #"s\1_fuse.conv_f2s.\3"#),
      (#"^res([0-9]+)_([0-9]+)_branch([0-9]+)([a-z])_(.*)"#, #"s\1.pathway0_res\2.branch\3.\4_\5"#),
      (#"^res_conv1_bn_(.*)"#, #"s1.pathway0_stem.bn.\1"#), (#"^conv1_xy(.*)"#, #"s1.pathway0_stem.conv_xy\1"#),
      (#"^conv1_(.*)"#, #"s1.pathway0_stem.conv.\1"#),
      (#"^res([0-9]+)_([0-9]+)_branch([0-9]+)_(.*)"#, #"s\1.pathway0_res\2.branch\3_\4"#),
      (#"^res_conv1_(.*)"#, #"s1.pathway0_stem.conv.\1"#),
      (#"^t_res([0-9]+)_([0-9]+)_branch([0-9]+)([a-z])_(.*)"#, #"s\1.pathway1_res\2.branch\3.\4_\5"#),
      (#"^t_res_conv1_bn_(.*)"#, #"s1.pathway1_stem.bn.\1"#), (#"^t_conv1_(.*)"#, #"s1.pathway1_stem.conv.\1"#),
      (#"^t_res([0-9]+)_([0-9]+)_branch([0-9]+)_(.*)"#, #"s\1.pathway1_res\2.branch\3_\4"#),
      (#"^t_res_conv1_(.*)"#, #"s1.pathway1_stem.conv.\1"#), (#"pred_(.*)"#, #"head.projection.\1"#),
      (#"(.*)b_bn_fc(.*)"#, #"\1se.fc\2"#), (#"conv_5(.*)"#, #"head.conv_5\1"#), (#"lin_5(.*)"#, #"head.lin_5\1"#),
      (#"(.*)bn.b\z"#, #"\1bn.bias"#), (#"(.*)bn.s\z"#, #"\1bn.weight"#), (#"(.*)bn.rm\z"#, #"\1bn.running_mean"#),
      (#"(.*)bn.riv\z"#, #"\1bn.running_var"#), (#"(.*)[\._]b\z"#, #"\1.bias"#), (#"(.*)[\._]w\z"#, #"\1.weight"#),
    ]
    return rows.map { (try! Regex($0.0), $0.1) }
  }()

  private func converted(_ blob: String) -> String {
    Self.expressions.reduce(blob) { name, rule in
      name.replacing(rule.0) { match in
        var text = rule.1
        for group in 1..<match.output.count {
          text = text.replacing("\\\(group)", with: match.output[group].substring.map(String.init) ?? "")
        }
        return text
      }
    }
  }

  /// Names put together from the pieces that blobs are made of, sensible and not.
  @Test func agreesWithRegularExpressions() {
    let pieces = [
      "t_", "res", "conv1", "_", "2", "_0", "_22", "_branch1", "_branch2", "a", "b", "c", "_bn", "_subsample", "_w",
      "_b", "_s",
      "_rm", "_riv", "pred_", "nonlocal_conv4", "_theta", "_g", "_phi", "_out", "_nonlocal3", "pool1", "conv_5",
      "lin_5", "_fc1",
      "_momentum", ".", "xy",
    ]
    for seed in 0..<600 {
      var generator = SeededGenerator(seed: UInt64(seed))
      let count = 1 + Int(generator.next() % 9)
      let blob = (0..<count).map { _ in pieces[Int(generator.next() % UInt64(pieces.count))] }.joined()
      #expect(caffe2ToModelName(blob) == converted(blob), "seed \(seed): \(blob)")
    }
    for (blob, name) in Self.samples { #expect(converted(blob) == name) }
  }

  @Test func emptyAndLongNames() {
    #expect(caffe2ToModelName("") == "")
    let long = String(repeating: "res_nonlocal1_", count: 5000)
    #expect(caffe2ToModelName(long) == long)
  }
}
