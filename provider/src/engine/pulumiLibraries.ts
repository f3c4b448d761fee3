import { createRequire } from "node:module";

/** The gRPC library that Pulumi itself uses: what is made with it works with no other copy. */
export function grpcOfPulumi(): typeof import("@grpc/grpc-js") {
    return fromPulumi("@grpc/grpc-js");
}

/** The same of a module of its Protobuf library. */
export function protobufOfPulumi<Module>(name: "struct_pb" | "empty_pb" | "any_pb"): Module {
    return fromPulumi(`google-protobuf/google/protobuf/${name}`);
}

/** From where `@pulumi/pulumi` finds it, without loading that package. */
function fromPulumi<Module>(name: string): Module {
    return createRequire(require.resolve("@pulumi/pulumi"))(name);
}
