import Checkpoint
import Tensors
import TestSupport
import Testing

struct NotFiniteTests {
  /// Numbers of 16, 32 and 64 bits, whole numbers that look like NaN, and a tensor without any.
  @Test func tensorsWithNumbersThatAreNotFiniteAreNamed() throws {
    let header =
      #"{"half":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"whole":{"dtype":"I32","shape":[1],"data_offsets":[4,8]},"#
      + #""big":{"dtype":"F64","shape":[],"data_offsets":[8,16]},"good":{"dtype":"F32","shape":[2],"data_offsets":[16,24]},"#
      + #""none":{"dtype":"F32","shape":[0],"data_offsets":[24,24]},"b":{"dtype":"F32","shape":[2,1,2],"data_offsets":[24,40]}}"#
    let data =
      little(UInt16(0x3C00)) + little(UInt16(0xFC00)) + little(Int32(0x7FC0_0000))
      + little(1e300.bitPattern) + floatBytes([.greatestFiniteMagnitude, -0.0]) + floatBytes([1, 2, .nan, -.infinity])
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/w.safetensors"
    write(little(UInt64(header.utf8.count)) + Array(header.utf8) + data, to: path)
    let checkpoint = try Checkpoint(path: path)
    let found = checkpoint.notFiniteTensors()
    #expect(found.map(\.name) == ["half", "big", "b"] && found.allSatisfy { $0.path == path })
    #expect(found.map(\.count) == [1, 1, 2] && found.map(\.total) == [2, 1, 4])
    #expect(found.map(\.first) == [[1], [], [1, 0, 0]])
    #expect(
      found.map { "\($0)" } == [
        "'half' has NaN or infinity in 1 of 2 numbers, the first one at [1]",
        "'big' has NaN or infinity in 1 of 1 number",
        "'b' has NaN or infinity in 2 of 4 numbers, the first one at [1, 0, 0]",
      ])
    #expect(checkpoint.notFiniteTensors(limit: 1).map(\.name) == ["half"])
  }
}
