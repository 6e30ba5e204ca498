import Checkpoint
import Configuration
import ModelZoo
import Tensors
import TestSupport
import Testing

@Suite struct ArchitectureGuessTests {
  private typealias Item = (name: String, tensor: Tensor)

  /// The tensors of a ResNet that its layout shows in, one channel wide but for the stem.
  private func resNet(
    blocks: [Int], stem: Int = 1, kernels: [[Int]], pathways: Int = 1, width: Int = 16
  ) -> [Item] {
    var items: [Item] = []
    let isPlain = blocks == [2, 2, 2, 2]
    for pathway in 0..<pathways {
      let prefix = "s1.pathway\(pathway)_stem"
      items.append((prefix + ".conv.weight", Tensor(zeros: [pathway == 0 ? width : width / 8, 3, stem, 7, 7])))
      for stage in 0..<4 {
        for block in 0..<blocks[stage] {
          let name = "s\(stage + 2).pathway\(pathway)_res\(block).branch2"
          items.append(
            (
              name + ".a.weight",
              Tensor(zeros: [width, 1, kernels[stage][block % kernels[stage].count]] + (isPlain ? [3, 3] : [1, 1]))
            ))
          if !isPlain { items.append((name + ".c.weight", Tensor(zeros: [1, width, 1, 1, 1]))) }
        }
      }
    }
    items.append(("head.projection.weight", Tensor(zeros: [60, 8])))
    return items
  }

  private func value(_ guess: ArchitectureGuess, _ key: String) -> String? {
    guess.network?.settings.first { $0.key == key }?.value
  }

  @Test func singlePathways() throws {
    let flat = [[1], [1], [1], [1]]
    let c2d = ArchitectureGuess(try save(resNet(blocks: [3, 4, 6, 3], kernels: flat)))
    #expect(c2d.network?.summary == "C2D R50" && value(c2d, "MODEL.ARCH") == "c2d")
    #expect(value(c2d, "RESNET.NUM_BLOCK_TEMP_KERNEL") == "[[3], [4], [6], [3]]")
    let slow = ArchitectureGuess(try save(resNet(blocks: [3, 4, 23, 3], kernels: [[1], [1], [3], [3]])))
    #expect(slow.network?.summary == "Slow R101" && value(slow, "MODEL.MODEL_NAME") == "ResNet")
    let i3d = ArchitectureGuess(
      try save(resNet(blocks: [3, 4, 6, 3], stem: 5, kernels: [[3], [3, 1], [3, 1], [1, 3]])))
    #expect(i3d.network?.summary == "I3D R50" && value(i3d, "RESNET.NUM_BLOCK_TEMP_KERNEL") == "[[3], [4], [6], [3]]")
    let basic = ArchitectureGuess(try save(resNet(blocks: [2, 2, 2, 2], kernels: [[1], [1], [3], [3]])))
    #expect(value(basic, "RESNET.DEPTH") == "18" && value(basic, "RESNET.NUM_GROUPS") == nil)
    // Where the pattern is 1 any number would do; where it is 3, none means none.
    let early = ArchitectureGuess(try save(resNet(blocks: [3, 4, 6, 3], kernels: [[1], [1], [3], [1]])))
    #expect(value(early, "RESNET.NUM_BLOCK_TEMP_KERNEL") == "[[3], [4], [6], [0]]")
    #expect(
      value(slow, "MODEL.NUM_CLASSES") == "60"
        && slow.network?.remarks.contains { $0.text.contains("DETECTION.ENABLE True") } == true)
  }

  @Test func slowFastWithNonLocalBlocks() throws {
    var items = resNet(blocks: [3, 4, 23, 3], kernels: [[1], [1], [3], [3]], pathways: 2)
    items = items.map { item in
      // As published for R101: the first six blocks of res4.
      let isLate = (6..<23).contains { item.name.contains("s4.") && item.name.contains("_res\($0).") }
      return isLate && item.name.hasSuffix("a.weight") ? (item.name, Tensor(zeros: [16, 1, 1, 1, 1])) : item
    }
    items.append(("s1_fuse.conv_f2s.weight", Tensor(zeros: [4, 2, 7, 1, 1])))
    for block in [6, 13, 20] { items.append(("s4.pathway0_nonlocal\(block).conv_g.weight", Tensor(zeros: [1]))) }
    let guess = ArchitectureGuess(try save(items))
    #expect(guess.network?.summary == "SlowFast R101 with 3 non-local blocks")
    #expect(value(guess, "SLOWFAST.BETA_INV") == "8" && value(guess, "SLOWFAST.FUSION_KERNEL_SZ") == "7")
    #expect(value(guess, "SLOWFAST.FUSION_CONV_CHANNEL_RATIO") == "2")
    #expect(value(guess, "NONLOCAL.LOCATION") == "[[[], []], [[], []], [[6, 13, 20], []], [[], []]]")
    #expect(value(guess, "RESNET.NUM_BLOCK_TEMP_KERNEL") == "[[3, 0], [4, 0], [6, 6], [3, 3]]")
    #expect(value(guess, "RESNET.WIDTH_PER_GROUP") == "16" && value(guess, "RESNET.NUM_GROUPS") == "1")
  }

  /// Networks of pictures, stored with kernels of height and width alone.
  @Test func kernelsWithoutTimeAreOfOneFrame() throws {
    let items = resNet(blocks: [3, 4, 6, 3], kernels: [[1], [1], [1], [1]]).map { item -> Item in
      let shape = item.tensor.shape
      return shape.count == 5 ? (item.name, item.tensor.reshaped([shape[0], shape[1], shape[3], shape[4]])) : item
    }
    let guess = ArchitectureGuess(try save(items))
    #expect(guess.network?.summary == "2D R50" && value(guess, "RESNET.WIDTH_PER_GROUP") == "16")
    let reader = WeightReader(try save(items))
    #expect(reader.tensor("s1.pathway0_stem.conv.weight", [16, 3, 1, 7, 7])?.shape == [16, 3, 1, 7, 7])
    #expect(reader.tensor("s1.pathway0_stem.conv.weight", [16, 3, 5, 7, 7]) == nil)
  }

  @Test func otherFilesAreNotGuessedAt() throws {
    #expect(ArchitectureGuess(try fixture("types_zip.pth")).network == nil)
    #expect(ArchitectureGuess(try save([("blocks.0.attn.qkv.weight", Tensor(zeros: [3, 1]))])).network == nil)
    let odd = ArchitectureGuess(try save(resNet(blocks: [1, 1, 1, 1], kernels: [[1], [1], [1], [1]])))
    #expect(odd.network?.oddity == "the blocks of its stages, [1, 1, 1, 1], are those of no known depth")
  }

  @Test func x3dIsToldByItsStemAndItsDepths() throws {
    func x3d(_ blocks: [Int]) throws -> ArchitectureGuess {
      var items: [Item] = [
        ("s1.pathway0_stem.conv.weight", Tensor(zeros: [24, 1, 5, 1, 1])),
        ("s1.pathway0_stem.conv_xy.weight", Tensor(zeros: [24, 3, 1, 3, 3])),
        ("head.lin_5.weight", Tensor(zeros: [2048, 1, 1, 1, 1])),
      ]
      for (stage, count) in blocks.enumerated() {
        for block in 0..<count {
          items.append(("s\(stage + 2).pathway0_res\(block).branch2.a.weight", Tensor(zeros: [1, 1, 1, 1, 1])))
        }
      }
      return ArchitectureGuess(try save(items))
    }
    let medium = try x3d([3, 5, 11, 7])
    #expect(medium.network?.summary == "X3D XS, S or M" && value(medium, "X3D.DEPTH_FACTOR") == "2.2")
    #expect(value(medium, "MODEL.MODEL_NAME") == "X3D" && value(medium, "X3D.DIM_C5") == "2048")
    let large = try x3d([5, 10, 25, 15])
    #expect(large.network?.summary == "X3D L" && value(large, "X3D.DEPTH_FACTOR") == "5.0")
    let odd = try x3d([2, 2, 2, 2])
    #expect(odd.network?.summary == "X3D" && value(odd, "X3D.DEPTH_FACTOR") == nil)
  }

  @Test func descriptionListsEverything() throws {
    let text = describe(try fixture("zip_protocol2.pyth"))
    #expect(text.contains("format        PyTorch (zip)") && text.contains("tensors       8"))
    #expect(text.contains("parameters    43") && text.contains("epoch         11"))
    #expect(text.contains("number types  float32 7, int64 1"))
    #expect(text.contains("\narchitecture  none that this program knows\n\ns1.pathway0_stem.conv.weight  "))
    #expect(text.contains("s1.pathway0_stem.conv.weight             float32  2x3x1x2x2"))
    let caffe2 = describe(try fixture("caffe2_protocol0.pkl"))
    #expect(caffe2.contains("from pred_w"))
  }
}
