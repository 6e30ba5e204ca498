import Tensors
import Testing
import Visualization

struct NamedLayersTests {
  /// As PySlowFast writes them, or with points.
  @Test func layersHavePySlowFastsNames() throws {
    let probe = try Probe("Kinetics/SLOWFAST_4x16_R50")
    let known = try probe.cam.layers(probe.clip)
    for name in [
      "s1/pathway1_stem", "s1.pathway0_stem.conv", "s1/pathway0_stem/relu", "s1_fuse/conv_f2s", "s2/pathway0_res0",
      "s3/pathway1_res0/branch1", "s3/pathway1_res0/branch1_bn", "s4/pathway0_res5/branch2/c",
      "module/s5/pathway0_res2",
      "s5/pathway0_res2/branch2/b_relu", "s5/p1",
    ] {
      let layer = try known.layer(name)
      #expect(layer.pathway == (name.contains("pathway1") || name.hasSuffix("p1") ? 1 : 0), "\(name)")
    }
    #expect(try known.layer("s5/pathway1_res2").channels == 64 && known.layer("s5/pathway1_res2").extent.t == 16)
    let blocks = try Probe("Kinetics/X3D_XS")
    let x3d = try blocks.cam.layers(blocks.clip)
    for name in [
      "s1/pathway0_stem/conv_xy", "s4/pathway0_res0/branch2/b_bn", "s4/pathway0_res0/branch2/b_relu", "head/conv_5",
    ] {
      #expect(try x3d.layer(name).pathway == 0)
    }
  }

  @Test func unknownLayersGetAdvice() throws {
    let probe = try Probe("Kinetics/C2D_8x8_R50")
    let known = try probe.cam.layers(probe.clip)
    // Normalisations that are one with what follows.
    let block = "s4.pathway0_res5"
    for (name, later) in [(block + ".branch2.b_bn", block + ".branch2.b_relu"), (block + "/branch2/c_bn", block)] {
      #expect(throws: LayerError.unknown(name, nearest: [later], inside: [])) { try known.layer(name) }
    }
    // Others of the stage first, though the third block of another one is as near.
    let blocks = (0..<3).map { "s5.pathway0_res\($0)" }
    #expect(throws: LayerError.unknown("s5/pathway0_res3", nearest: blocks, inside: [])) {
      try known.layer("s5/pathway0_res3")
    }
    // Of no stage, or of one that has nothing like it.
    #expect(NamedLayers.nearest(to: "s6.p0", among: ["s4.p0", "s5.p0", "s5.p1"]) == ["s4.p0", "s5.p0"])
    #expect(NamedLayers.nearest(to: "S5.pathway0_stem", among: ["s1.pathway0_stem", "s5.p0"]) == ["s1.pathway0_stem"])
    #expect(NamedLayers.nearest(to: "anything", among: ["s4.p0"]).isEmpty)
    let error = #expect(throws: LayerError.self) { try known.layer("s5/pathway0_res2/branch2") }
    #expect(
      "\(error!)"
        == "looking at layers: the network has no layer 's5/pathway0_res2/branch2' -> give one of the layers in it, "
        + "such as s5.pathway0_res2.branch2.a, s5.pathway0_res2.branch2.a_relu, s5.pathway0_res2.branch2.b, "
        + "s5.pathway0_res2.branch2.b_relu or s5.pathway0_res2.branch2.c")
    #expect(throws: LayerError.noMap(pathway: 1)) { try known.last(pathways: 2) }
  }
}
