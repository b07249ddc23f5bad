"""The public part of `helpers.nn.kernels.cores`, for code of one's own."""

from helpers.nn.kernels.cores import one_blas_thread as one_blas_thread
